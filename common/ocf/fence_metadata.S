/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rendered XML of each name that a fence agent has (FENCE_NAMES), as it is: name NUL document NUL
 * and so on, and an empty name at the end.
 */
	.section .rodata
	.global fence_metadata
fence_metadata:
	.irp name, FENCE_NAMES
	.asciz "\name"
	.incbin "ocf-metadata/\name\().xml"
	.byte 0
	.endr
	.byte 0
	.section .note.GNU-stack, "", %progbits
