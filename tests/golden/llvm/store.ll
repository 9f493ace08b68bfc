; unit f
declare { i64, i1 } @llvm.sadd.with.overflow.i64(i64, i64)

define i32 @mj_f(ptr noalias nonnull align 8 dereferenceable(256) %ctx, ptr noalias writeonly captures(none) dereferenceable(8) %ret, ptr noundef %x0.1, i64 noundef %x1.2, i64 noundef %x2.3, double noundef %x3.4) #0 {
entry:
  %dirty = alloca i1, align 1
  store i1 false, ptr %dirty, align 1
  br label %b0.entry
b0.entry:
  %t8 = icmp ult i64 %x1.2, %x2.3
  br i1 %t8, label %c10, label %w9, !prof !0
c10:
  %v13 = phi i64 [ %x1.2, %b0.entry ], [ %t11, %w9 ]
  %v14 = mul i64 %v13, 8
  %v15 = getelementptr i8, ptr %x0.1, i64 %v14
  store double %x3.4, ptr %v15, align 8
  store i1 true, ptr %dirty, align 1
  %t16 = call { i64, i1 } @llvm.sadd.with.overflow.i64(i64 %x1.2, i64 1)
  %v17 = extractvalue { i64, i1 } %t16, 0
  %t18 = extractvalue { i64, i1 } %t16, 1
  br i1 %t18, label %x19, label %c20, !prof !1
c20:
  store i64 %v17, ptr %ret, align 8
  ret i32 0
x5:  ; raise IndexError, line 0
  %t6 = getelementptr inbounds i8, ptr %ctx, i64 72
  store i64 %x1.2, ptr %t6, align 8
  %t7 = getelementptr inbounds i8, ptr %ctx, i64 80
  store i64 %x2.3, ptr %t7, align 8
  br label %leave
w9:
  %t11 = add i64 %x1.2, %x2.3
  %t12 = icmp ult i64 %t11, %x2.3
  br i1 %t12, label %c10, label %x5, !prof !0
x19:  ; bail OverflowError, line 0
  br label %leave
leave:
  %status = phi i32 [ 1, %x5 ], [ 2, %x19 ]
  %dirty.word = getelementptr inbounds i8, ptr %ctx, i64 32
  %dirty.before = load i64, ptr %dirty.word, align 8
  %dirty.bit = load i1, ptr %dirty, align 1
  %dirty.own = zext i1 %dirty.bit to i64
  %dirty.now = or i64 %dirty.before, %dirty.own
  store i64 %dirty.now, ptr %dirty.word, align 8
  ret i32 %status
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
