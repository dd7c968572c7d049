/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An intent out of parameters: one address or mark with its ports, the text of realservers, one check.
 *
 * realservers is a list with commas: "ADDRESS[:PORT] [masq|gate|ipip|gue|gre] [WEIGHT] [NAME=VALUE...]",
 * where a name is upper, lower, tunnel_port, or check, check_port, check_request of this server alone.
 */
#pragma once

struct ipvs_config;
struct reading;

/* 0, -EINVAL with the fault naming the parameter, or -ENOMEM. */
int realservers_read(struct reading *reading, const struct ipvs_config *config);

/* The kinds that the parameter check takes, in the order of enum check_kind's parameter. */
extern const char *const realservers_checks[];
