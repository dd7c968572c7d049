/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Joining a process group and leaving it, in errands: both wait for corosync as long as it takes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <corosync/cpg.h>

struct errand;
struct loop;

struct peers_join {
	cs_error_t error;
	bool connected; /* the handle is to be left, whatever error says */
	cpg_handle_t handle;
	int fd;
	uint32_t node; /* our own */
};

/* 0, or -errno, and then joined() is not called. The model lives for ever. */
int peers_join(struct loop *loop, const cpg_model_v1_data_t *model, const char *group,
	       void (*joined)(struct peers_join *join, void *data), void *data,
	       struct errand **ret_errand);

/* The handle is not ours any more. */
void peers_leave(struct loop *loop, cpg_handle_t handle);
