/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration of the vip agent out of VALUES(...) (values.h), and addresses and links to go
 * with it. A value that is refused fails the test.
 */
#pragma once

#include "base/attr.h"
#include "net/addr.h"
#include "net/link.h"
#include "values.h"
#include "vip/config.h"

struct vip_config *vip_given(const char *const *values);
void vip_given_release(struct vip_config **config);

#define AUTO_VIP CLEANUP(vip_given_release)

/* "192.0.2.10/24" on the link of that index, as the kernel would show it. */
struct addr vip_addr(int index, const char *text, const char *label);

/* A link that is up and has carrier. */
struct link vip_link(int index, const char *name);
