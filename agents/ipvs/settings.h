/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's settings that a director depends on: net.ipv4.ip_forward and net.ipv4.vs.*, of the
 * network namespace. Only those that a parameter gives.
 */
#pragma once

struct fault;
struct ipvs_config;

/* Makes them so. 0 or -errno with the fault set. */
int settings_make(const struct ipvs_config *config, struct fault *fault);

/* 0; 1 with the fault set when one is otherwise; -errno. */
int settings_look(const struct ipvs_config *config, struct fault *fault);
