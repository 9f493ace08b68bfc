; unit countdown
declare { i64, i1 } @llvm.ssub.with.overflow.i64(i64, i64)
declare void @mj_trace(ptr, i32) #2

define internal i32 @mj_f.inner(ptr noalias nonnull align 8 dereferenceable(256) %ctx, i64 %depth, ptr noalias %ret, i64 noundef %x0.1) #0 {
entry:
  %v2 = alloca [1 x i64], align 16
  %depth.new = sub nsw i64 %depth, 1
  %depth.gone = icmp slt i64 %depth.new, 0
  br i1 %depth.gone, label %x16, label %c.depth, !prof !1
c.depth:
  br label %b0.entry
b0.entry:
  %v3 = icmp sgt i64 %x0.1, 0
  br i1 %v3, label %b1.then, label %b2.else
b1.then:
  %t4 = call { i64, i1 } @llvm.ssub.with.overflow.i64(i64 %x0.1, i64 1)
  %v5 = extractvalue { i64, i1 } %t4, 0
  %t6 = extractvalue { i64, i1 } %t4, 1
  br i1 %t6, label %x7, label %c8, !prof !1
c8:
  %t9 = call i32 @mj_f.inner(ptr %ctx, i64 %depth.new, ptr %v2, i64 %v5)
  %t10 = icmp ne i32 %t9, 0
  br i1 %t10, label %x11, label %c12, !prof !1
c12:
  %v13 = load i64, ptr %v2, align 8
  %v14 = add i64 %v13, 1
  br label %b3.join
b2.else:
  br label %b3.join
b3.join:
  %p15 = phi i64 [ %v14, %c12 ], [ %x0.1, %b2.else ]
  store i64 %p15, ptr %ret, align 8
  ret i32 0
x7:  ; bail OverflowError, line 0
  br label %leave
x11:
  call void @mj_trace(ptr %ctx, i32 1)
  br label %leave
x16:  ; bail RecursionError, line 0
  br label %leave
leave:
  %status = phi i32 [ 2, %x7 ], [ %t9, %x11 ], [ 3, %x16 ]
  ret i32 %status
}

define i32 @mj_f(ptr noalias nonnull align 8 dereferenceable(256) %ctx, ptr noalias %ret, i64 noundef %a0) #0 {
entry:
  %t17 = getelementptr inbounds i8, ptr %ctx, i64 24
  %t18 = load i64, ptr %t17, align 8
  %t19 = call i32 @mj_f.inner(ptr %ctx, i64 %t18, ptr %ret, i64 %a0)
  store i64 %t18, ptr %t17, align 8
  ret i32 %t19
}

@mj_kernel = alias i8, ptr @mj_f
attributes #0 = { nounwind }
attributes #1 = { cold noinline nounwind }
attributes #2 = { cold nounwind }
attributes #3 = { nounwind }
attributes #4 = { nobuiltin nounwind willreturn memory(none) }
attributes #5 = { nobuiltin nounwind willreturn memory(read) }
attributes #6 = { alwaysinline nounwind }
attributes #7 = { nobuiltin nounwind willreturn memory(argmem: readwrite) }
attributes #8 = { nobuiltin nounwind willreturn memory(read, argmem: readwrite) }
attributes #9 = { noinline nounwind willreturn memory(none) }
attributes #10 = { nobuiltin nounwind speculatable willreturn memory(none) }
attributes #11 = { nounwind speculatable willreturn memory(none) }
attributes #12 = { noinline nounwind }

!0 = !{!"branch_weights", i32 2000, i32 1}
!1 = !{!"branch_weights", i32 1, i32 2000}
