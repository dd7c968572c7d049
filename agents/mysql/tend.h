/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tending: what a writer and a replica do for the in-sync set between changes of roles.
 *
 * The writer admits nodes before they start, takes them into the set when they have everything, and
 * lets them go when Pacemaker has stopped or fenced them. A replica goes on receiving when a
 * transition that had frozen it came to nothing.
 */
#pragma once

struct site;

/* The nodes between blanks, as Pacemaker's notifications name them. 0 or -errno. */
int tend_admit(struct site *site, const char *nodes);
int tend_leave(struct site *site, const char *nodes);

/*
 * The writer: takes in who has caught up, waiting for each until the deadline of the site. Not being
 * able to is no failure: 0 unless the ledger could not be written.
 */
int tend_join(struct site *site);

/* A monitor's glance, with site->view new: nothing in a healthy cluster. 0 or -errno. */
int tend_writer(struct site *site);
int tend_replica(struct site *site);
