/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The metadata of a fence agent: its table as XML, in the form of the package fence-agents.
 *
 * A parameter has no longdesc there, so its shortdesc says everything. Alias and current parameter
 * name each other by obsoletes and deprecated. ASCII and without an encoding, as metadata.h.
 *
 * Source: metadata.rng of https://github.com/ClusterLabs/fence-agents (/usr/share/cluster/relaxng).
 */
#pragma once

#include "base/buf.h"

struct agent;
struct fault;

/* Appends the document. 0, -ENOMEM, or -EILSEQ with the fault naming a text that is no UTF-8. */
int fence_metadata_render(const struct agent *agent, struct buf *xml, struct fault *fault);
