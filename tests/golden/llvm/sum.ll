; unit f

define i32 @mj_f(ptr noalias nonnull align 8 dereferenceable(256) %ctx, ptr noalias writeonly captures(none) dereferenceable(8) %ret, ptr noundef %x0.1, i64 noundef %x1.2) #0 {
entry:
  br label %b0.entry
b0.entry:
  br label %b1.loop.header
b1.loop.header:
  %p4 = phi i64 [ 0, %b0.entry ], [ %v19, %c10 ]
  %p18 = phi i64 [ 0, %b0.entry ], [ %v17, %c10 ]
  %v3 = icmp slt i64 %p4, %x1.2
  br i1 %v3, label %b2.loop.body, label %b3.loop.end
b2.loop.body:
  %t8 = icmp ult i64 %p4, %x1.2
  br i1 %t8, label %c10, label %w9, !prof !0
c10:
  %v13 = phi i64 [ %p4, %b2.loop.body ], [ %t11, %w9 ]
  %v14 = mul i64 %v13, 8
  %v15 = getelementptr i8, ptr %x0.1, i64 %v14
  %v16 = load i64, ptr %v15, align 8
  %v17 = add i64 %p18, %v16
  %v19 = add nsw i64 %p4, 1
  br label %b1.loop.header
b3.loop.end:
  store i64 %p18, ptr %ret, align 8
  ret i32 0
x5:  ; raise IndexError, line 0
  %t6 = getelementptr inbounds i8, ptr %ctx, i64 72
  store i64 %p4, ptr %t6, align 8
  %t7 = getelementptr inbounds i8, ptr %ctx, i64 80
  store i64 %x1.2, ptr %t7, align 8
  br label %leave
w9:
  %t11 = add i64 %p4, %x1.2
  %t12 = icmp ult i64 %t11, %x1.2
  br i1 %t12, label %c10, label %x5, !prof !0
leave:
  %status = phi i32 [ 1, %x5 ]
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
