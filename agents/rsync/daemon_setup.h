/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a daemon needs before it stands in the cluster, and gives back at its end.
 */
#pragma once

struct daemon;
struct fault;

/* Lock, parameters, ledger, loop, nodes and own address. 0 or -errno with the fault set. */
int setup_begin(struct daemon *d, const char *record, struct fault *fault);

/* The socket and the attributes; from now on it can be asked. */
int setup_listen(struct daemon *d, struct fault *fault);

/* It knows its cluster, or waited long enough: whoever started it hears that it is ready. */
void setup_ready(struct daemon *d);
void setup_fail(struct daemon *d, const struct fault *fault);
void setup_end(struct daemon *d);

/* The configuration out of the record, anew. The old one stays when it is wrong. */
int setup_read_parameters(struct daemon *d, struct fault *fault);

/* The name of the process group: the same on all nodes. */
void setup_group(const struct daemon *d, char group[121]);
