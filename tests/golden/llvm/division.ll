; unit f

define i32 @mj_f(ptr noalias nonnull align 8 dereferenceable(256) %ctx, ptr noalias writeonly captures(none) dereferenceable(8) %ret, i64 noundef %x0.1) #0 {
entry:
  br label %b0.entry
b0.entry:
  ; line 2
  %v2 = icmp ne i64 %x0.1, 0
  br i1 %v2, label %c4, label %x3, !prof !0
c4:
  %v5 = sdiv i64 100, %x0.1
  store i64 %v5, ptr %ret, align 8
  ret i32 0
x3:  ; raise ZeroDivisionError, line 2
  br label %leave
leave:
  %status = phi i32 [ 1, %x3 ]
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
