// SPDX-License-Identifier: BSD-3-Clause
/*
 * A daemon that does nothing but stand in a cluster and tell what it sees:
 *
 *	member serve GROUP SOCKET      one line an event on stdout, until SIGTERM
 *	member ask SOCKET REQUEST      send TEXT | burst COUNT BYTES | holds | members | digest |
 *	                               attribute VALUE
 *	member quorum MILLISECONDS     asks once, as an agent does: yes, no, or the sentence of why not
 *	member nodes                   ID NAME ADDRESS of every node, with * for its own
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "cluster/attribute.h"
#include "cluster/node.h"
#include "cluster/peers.h"
#include "cluster/quorum.h"
#include "cluster/quorum_ask.h"
#include "daemon/control.h"
#include "daemon/loop.h"
#include "daemon/server.h"

struct member {
	struct loop *loop;
	struct peers *peers;
	struct quorum *quorum;
	struct server *server;
	struct attribute attribute;
	unsigned long long digest; /* of all bursts' messages, in order */
	long long count, left, size;
	struct loop_timer again;
};

static void take(struct peer from, const void *bytes, size_t length, void *data)
{
	struct member *member = data;
	const unsigned char *c = bytes;

	if (length && *c != 'b') {
		printf("message n%u %.*s\n", from.node, (int)length, (const char *)bytes);
		return;
	}
	member->digest ^= from.node;
	for (size_t i = 0; i < length; i++)
		member->digest = (member->digest ^ c[i]) * 0x100000001b3ULL;
	member->count++;
}

static void changed(const struct peers_change *changes, size_t count, void *data)
{
	static const char *const words[] = {"join", "leave", "nodedown", "procdown"};
	struct member *member = data;
	size_t members = 0;

	(void)peers_members(member->peers, &members);
	for (size_t i = 0; i < count; i++)
		printf("peer n%u %s\n", changes[i].peer.node, words[changes[i].reason]);
	printf("peers %zu\n", members);
}

static void state(enum peers_state now, void *data)
{
	static const char *const words[] = {"away", "joined", "silent"};

	printf("state %s\n", words[now]);
}

static void signs(unsigned set, const struct quorum_view *view, void *data)
{
	struct member *member = data;
	char text[128];

	printf("signs %s (%s, %zu members)\n", quorum_signs_text(set, text),
	       quorum_holds(member->quorum) ? "holds" : "does not hold", view->member_count);
}

/* As fast as it is taken; where the queue is full, the rest follows. */
static void burst(void *data)
{
	struct member *member = data;
	AUTO_FREE char *bytes = malloc((size_t)member->size + 32);

	while (member->left) {
		memset(bytes, 'x', (size_t)member->size + 32);
		(void)snprintf(bytes, 32, "b%lld", member->left);
		if (peers_send(member->peers, bytes, (size_t)member->size)) {
			(void)loop_timer_set(&member->again, 1);
			return;
		}
		member->left--;
	}
}

static int begin_burst(struct member *member, const char *arguments)
{
	const char *blank = strchr(arguments, ' ');
	char count[32];

	if (!blank)
		return -EINVAL;
	(void)snprintf(count, sizeof(count), "%.*s", (int)(blank - arguments), arguments);
	if (num_parse(count, 1, 1000000, &member->left) ||
	    num_parse(blank + 1, 32, PEERS_MESSAGE_MAX, &member->size))
		return -EINVAL;
	burst(member);
	return 0;
}

static void handle(struct server_request *request, const char *line, void *data)
{
	struct member *member = data;
	char text[64] = "done\n";
	int r = 0;

	if (!strncmp(line, "send ", 5))
		r = peers_send(member->peers, line + 5, strlen(line + 5));
	else if (!strncmp(line, "burst ", 6))
		r = begin_burst(member, line + 6);
	else if (!strcmp(line, "holds"))
		(void)snprintf(text, sizeof(text), "%s\n",
			       quorum_holds(member->quorum) ? "yes" : "no");
	else if (!strcmp(line, "members"))
		(void)snprintf(text, sizeof(text), "%zu\n",
			       quorum_view(member->quorum)->member_count);
	else if (!strcmp(line, "digest"))
		(void)snprintf(text, sizeof(text), "%lld %016llx\n", member->count, member->digest);
	else if (!strncmp(line, "attribute ", 10))
		attribute_set(&member->attribute, line + 10);
	else
		r = -EINVAL;
	server_answer(request, r, r ? strerror(-r) : text);
}

static void on_term(int number, void *data)
{
	struct member *member = data;

	loop_stop(member->loop);
}

static int serve(const char *group, const char *path)
{
	static const struct peers_ops peers_ops = {
		.message = take, .changed = changed, .state = state};
	static const struct quorum_ops quorum_ops = {.changed = signs};
	static struct member member;
	struct fault fault = FAULT_INIT;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (loop_new(&member.loop, &fault) ||
	    loop_on_signal(member.loop, SIGTERM, on_term, &member) ||
	    peers_open(member.loop, group, &peers_ops, &member, &member.peers, &fault) ||
	    quorum_open(member.loop, member.peers, &quorum_ops, &member, &member.quorum, &fault) ||
	    server_open(member.loop, path, handle, &member, &member.server, &fault)) {
		(void)fprintf(stderr, "%s\n", fault.reason);
		return 1;
	}
	attribute_init(&member.attribute, member.loop, "member-test");
	loop_timer_init(&member.again, member.loop, burst, &member);
	loop_run(member.loop);
	attribute_release(&member.attribute);
	server_close(&member.server);
	quorum_close(&member.quorum);
	peers_close(&member.peers);
	loop_timer_clear(&member.again);
	loop_free(&member.loop);
	return 0;
}

static int ask(const char *path, const char *request)
{
	struct deadline deadline = deadline_in(10000);
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;

	if (control_ask(path, request, &deadline, &answer, &fault)) {
		(void)fprintf(stderr, "%s\n", fault.reason);
		return 1;
	}
	return fputs(answer.data, stdout) < 0;
}

static int ask_quorum(const char *text)
{
	struct fault fault = FAULT_INIT;
	struct deadline deadline;
	long long milliseconds;
	bool quorate;

	if (num_parse(text, 0, 100000, &milliseconds))
		return 2;
	deadline = deadline_in(milliseconds);
	if (quorum_ask(&deadline, &quorate, &fault))
		puts(fault.reason);
	else
		puts(quorate ? "yes" : "no");
	return 0;
}

static int print_nodes(void)
{
	AUTO_NODE_LIST struct node_list list = NODE_LIST_INIT;
	struct fault fault = FAULT_INIT;

	if (node_list_read(&list, &fault)) {
		puts(fault.reason);
		return 1;
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct node *node = &list.nodes[i];

		if (node_by_id(&list, node->id) != node || node_by_name(&list, node->name) != node)
			return 1;
		printf("%u %s %s%s\n", node->id, node->name, node->address,
		       node->id == list.own ? " *" : "");
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "serve") && argc == 4)
		return serve(argv[2], argv[3]);
	if (!strcmp(verb, "ask") && argc == 4)
		return ask(argv[2], argv[3]);
	if (!strcmp(verb, "quorum") && argc == 3)
		return ask_quorum(argv[2]);
	if (!strcmp(verb, "nodes") && argc == 2)
		return print_nodes();
	(void)fputs("usage: see the head of member.c\n", stderr);
	return 2;
}
