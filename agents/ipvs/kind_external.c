// SPDX-License-Identifier: BSD-3-Clause
/*
 * An external program. What its exit status means; how it is run is ipvs/program.h's.
 */

#include "ipvs/kind.h"

const struct kind kind_external = {.name = "external", .way = KIND_PROGRAM};
