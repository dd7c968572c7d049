/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A conversation with the kernel over a netlink socket (netlink(7), RFC 3549).
 *
 * Usable for any netlink protocol: rtnetlink, socket diagnostics, generic netlink. A request is
 * begun in the socket's own buffer, filled with libmnl, and then sent by one of three functions:
 * netlink_request() for a change, netlink_query() for one object, netlink_dump() for all of them.
 * Every wait ends at the deadline given to netlink_open(), with -ETIMEDOUT.
 *
 * What goes wrong is put into the fault as the kernel's words alone ("No such device"); the noun
 * that asked puts the object's name in front with fault_prefix(). The answers' bytes are foreign:
 * a message handed to a sink lies wholly within what was received, its payload is unchecked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct deadline;
struct fault;
struct nlmsghdr;

#define NETLINK_BUFFER_SIZE 32768 /* bytes: the most that the kernel puts into one dump datagram */

struct netlink {
	int fd;
	uint32_t sequence;		 /* of the request begun last */
	bool explains;			 /* the kernel was asked for extended ACKs */
	bool strict;			 /* the kernel was asked to filter dumps */
	const struct deadline *deadline; /* borrowed; must outlive the conversation */
	unsigned char *buffer;		 /* owned */
};

#define NETLINK_INIT ((struct netlink){.fd = -1})

/* Where the messages of an answer go. */
struct netlink_sink {
	/* 0; or -errno, which ends the dump and is returned from it. */
	int (*take)(const struct nlmsghdr *message, void *data);

	/* The dump begins again: forget what came. May be NULL where nothing is kept. */
	void (*clear)(void *data);
	void *data;
};

/* Protocol is one of NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_GENERIC. 0 or -errno. */
int netlink_open(struct netlink *netlink, int protocol, const struct deadline *deadline,
		 struct fault *fault);
void netlink_close(struct netlink *netlink);

/*
 * Begins a request of this type in the buffer, with a zeroed protocol header of so many bytes
 * (struct ifinfomsg and the like), which is returned. NLM_F_REQUEST is added to the flags. More
 * is added to netlink_message() with mnl_attr_put_*(); both are valid until the request is sent.
 */
void *netlink_begin(struct netlink *netlink, unsigned int type, unsigned int flags,
		    size_t header_size);
struct nlmsghdr *netlink_message(const struct netlink *netlink);

/* Sends the request begun and waits for its ACK: 0, or what the kernel said (-EEXIST ...). */
int netlink_request(struct netlink *netlink, struct fault *fault);

#define NETLINK_DONE_ALREADY 1

/*
 * The same for a change that may be needless: NETLINK_DONE_ALREADY, with the fault left alone,
 * when the kernel's answer is one of these errnos (positive; 0 ends them).
 */
int netlink_attempt(struct netlink *netlink, const int *done, struct fault *fault);

/* Sends the request begun and hands the one message of the answer to the sink. */
int netlink_query(struct netlink *netlink, const struct netlink_sink *sink, struct fault *fault);

/*
 * Sends the request begun as a dump. One that is inconsistent, because the kernel's tables changed
 * meanwhile, is asked for again until the deadline.
 */
int netlink_dump(struct netlink *netlink, const struct netlink_sink *sink, struct fault *fault);

/*
 * Makes later dumps of this socket obey the attributes of their requests as a filter (Linux 4.20).
 * An older kernel does not and returns everything, so that every reader filters again.
 */
void netlink_filter_dumps(struct netlink *netlink);

/* One datagram of the kernel into the buffer, whose length is returned; waits for it. */
int netlink_receive(struct netlink *netlink, size_t *ret_length);

/* Puts the words for an errno, and its kind, into the fault; returns the errno. */
int netlink_fault(struct fault *fault, int error);

enum netlink_progress {
	NETLINK_MORE,	     /* the answer goes on in the next datagram */
	NETLINK_DONE,	     /* the ACK or the end of the dump was seen */
	NETLINK_INTERRUPTED, /* the same, but the dump is inconsistent */
};

/*
 * Reads one datagram: a pure function over its bytes. Messages with another sequence number are
 * skipped. An enum netlink_progress, or -errno: the error in the answer, -EBADMSG for bytes that
 * are no netlink messages, or what the sink returned. *interrupted is set, never cleared.
 */
int netlink_read(const void *bytes, size_t length, uint32_t sequence,
		 const struct netlink_sink *sink, bool *interrupted, struct fault *fault);

struct nlattr;

/* A walk over attributes: those of a message, or of another one's payload. */
struct netlink_walk {
	const void *at;
	size_t left; /* bytes */
};

/* The next attribute; NULL at the end, or where one claims to be longer than what is left. */
const struct nlattr *netlink_next(struct netlink_walk *walk);

/*
 * Collects a message's attributes by type: ret_table[0 .. max], NULL where there is none; unknown
 * types (above max) are skipped, the last of equals counts. minimums[type] is the least number of
 * payload bytes, 0 for any (a least and not an exact one, because kernel structs grow); a shorter
 * attribute makes it -EBADMSG, as does a message shorter than header_size.
 */
int netlink_attributes(const struct nlmsghdr *message, size_t header_size,
		       const unsigned short *minimums, unsigned int max,
		       const struct nlattr **ret_table);

/* The same for the attributes within an attribute. */
int netlink_nested(const struct nlattr *attr, const unsigned short *minimums, unsigned int max,
		   const struct nlattr **ret_table);

/* Copies a string attribute, NUL-terminated and cut to fit; "" for NULL. */
void netlink_string(const struct nlattr *attr, size_t size, char *ret_text);

/* The number in an attribute of at least four bytes; fallback for NULL. */
uint32_t netlink_u32(const struct nlattr *attr, uint32_t fallback);

/*
 * Makes room for one more item of that size behind count of them: *items is the address of the
 * list's pointer. 0 or -ENOMEM.
 */
int netlink_grow(void *items, size_t count, size_t size, size_t *room);

#define AUTO_NETLINK CLEANUP(netlink_close)
