/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Integers under /proc/sys/net/ipv4/conf and /proc/sys/net/ipv6/conf: settings of a link
 * (Documentation/networking/ip-sysctl in the kernel's source).
 *
 * The link is its real name (dots and all), "all" or "default". Files are those of the network
 * namespace of the calling process.
 */
#pragma once

struct fault;

/* Family is AF_INET or AF_INET6. 0; -ENOENT when the kernel has no such setting; -errno. */
int sysctl_link_read(int family, const char *link, const char *key, struct fault *fault,
		     int *ret_value);
int sysctl_link_write(int family, const char *link, const char *key, int value,
		      struct fault *fault);
