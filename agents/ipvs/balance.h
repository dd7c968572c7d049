/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * balance=bytraffic: weights that are steered so that the servers' shares of the bytes become those
 * of their configured weights, whatever the connections carry. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One server of a service; kept from step to step, zeroed at first. */
struct balance {
	uint64_t counter; /* the kernel's bytes, when last seen */
	double bytes;	  /* what counts of them: older ones fade */
	double expected;  /* what they would be if all connections weighed the same */
	double factor;	  /* of the configured weight; 0: not steered yet */
	double carry;	  /* what rounding has kept of the weight: the next step gives it */
	bool seen;
};

struct balance_server {
	struct balance *balance;
	int weight;	  /* configured */
	bool serves;	  /* alive, and not being drained */
	uint64_t counter; /* bytes now; smaller than before: the kernel counts anew */
	int steered;	  /* out: the weight to be set */
};

/*
 * What a server's weight becomes in the mean. Small, since wrr gives as many connections in a row to
 * one server as its weight exceeds the others'; what whole numbers can't say is given in turns.
 */
#define BALANCE_MEAN 20
#define BALANCE_WEIGHT_MAX 65535
#define BALANCE_STEP_MS 2000

/* One step of all servers of one service, every BALANCE_STEP_MS. */
void balance_step(struct balance_server *servers, size_t count);
