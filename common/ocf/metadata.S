/* SPDX-License-Identifier: BSD-3-Clause */
/* METADATA_FILE, the rendered XML, as it is: what meta-data prints. */
	.section .rodata
	.global agent_metadata, agent_metadata_end
agent_metadata:
	.incbin METADATA_FILE
agent_metadata_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
