// SPDX-License-Identifier: BSD-3-Clause

#include "cluster/peers.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <corosync/cpg.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "cluster/peers_join.h"
#include "daemon/errand.h"
#include "daemon/loop.h"
#include "daemon/retry.h"

/* Between tries to join: each costs a thread and some sockets, and corosync may be missing for good. */
#define PEERS_RETRY_MS 1000
#define PEERS_RETRY_MAX_MS 30000
#define PEERS_DRAIN_MS 10 /* between tries to send what corosync did not take */
#define PEERS_GAP_MS 1000

/* What every message begins with: of this make, and what it is. */
#define PEERS_HEAD 4
static const char peers_data[PEERS_HEAD] = {'Q', '1', 'd', 0};
static const char peers_ping[PEERS_HEAD] = {'Q', '1', 'p', 0};

struct peers_queued {
	struct peers_queued *next;
	size_t length;
	char bytes[];
};

struct peers {
	struct loop *loop;
	const struct peers_ops *ops;
	void *data;
	void (*listener)(void *);
	void *listener_data;
	char group[CPG_MAX_NAME_LENGTH];

	struct errand *errand; /* joining */
	struct retry retry;
	cpg_handle_t handle;
	int fd; /* -1: away */
	enum peers_state state;
	struct peer self, members[CPG_MEMBERS_MAX];
	size_t member_count;
	uint32_t ring_node;
	uint64_t ring_seq;

	struct peers_queued *queue, **queue_end;
	size_t queued; /* bytes */
	struct loop_timer drain;
	struct loop_timer beat;
	uint64_t ping_sent, ping_seen;
	struct deadline ping_due; /* of the oldest ping that did not come back */
	bool lost;		  /* found out within a dispatch, dealt with after it */
};

static void peers_tell(struct peers *peers)
{
	if (peers->listener)
		peers->listener(peers->listener_data);
}

static void peers_become(struct peers *peers, enum peers_state state)
{
	if (peers->state == state)
		return;
	peers->state = state;
	if (peers->ops->state)
		peers->ops->state(state, peers->data);
	peers_tell(peers);
}

/* Sending ---------------------------------------------------------------------------------- */

static cs_error_t peers_mcast(struct peers *peers, const struct peers_queued *message)
{
	struct iovec vector = {(void *)(uintptr_t)message->bytes, message->length};

	return cpg_mcast_joined(peers->handle, CPG_TYPE_AGREED, &vector, 1);
}

static void peers_drop_queue(struct peers *peers)
{
	while (peers->queue) {
		struct peers_queued *next = peers->queue->next;

		free(peers->queue);
		peers->queue = next;
	}
	peers->queue_end = &peers->queue;
	peers->queued = 0;
	loop_timer_clear(&peers->drain);
}

static void peers_drain(void *data)
{
	struct peers *peers = data;

	while (peers->queue && !peers->lost) {
		struct peers_queued *first = peers->queue;
		cs_error_t error = peers_mcast(peers, first);

		if (error == CS_ERR_TRY_AGAIN || error == CS_ERR_QUEUE_FULL) {
			(void)loop_timer_set(&peers->drain, PEERS_DRAIN_MS);
			return;
		}
		if (error != CS_OK) {
			/* Dispatching will fail as well, and is where it is dealt with. */
			peers->lost = true;
			return;
		}
		peers->queued -= first->length;
		peers->queue = first->next;
		if (!peers->queue)
			peers->queue_end = &peers->queue;
		free(first);
	}
}

static int peers_enqueue(struct peers *peers, const char *head, const void *bytes, size_t length)
{
	struct peers_queued *message = malloc(sizeof(*message) + PEERS_HEAD + length);

	if (!message)
		return -ENOMEM;
	message->next = NULL;
	message->length = PEERS_HEAD + length;
	memcpy(message->bytes, head, PEERS_HEAD);
	memcpy(message->bytes + PEERS_HEAD, bytes, length);
	*peers->queue_end = message;
	peers->queue_end = &message->next;
	peers->queued += message->length;
	if (!peers->drain.set)
		peers_drain(peers);
	return 0;
}

static void peers_send_ping(struct peers *peers)
{
	const uint64_t number = peers->ping_sent + 1;

	if (peers->ping_seen == peers->ping_sent)
		peers->ping_due = deadline_in(PEERS_SILENT_MS);
	if (!peers_enqueue(peers, peers_ping, &number, sizeof(number)))
		peers->ping_sent = number;
}

/* Whether the last ping is still out tells as much as another one would. */
static void peers_beat(void *data)
{
	struct peers *peers = data;

	(void)loop_timer_set(&peers->beat, PEERS_PING_MS);
	if (peers->ping_seen == peers->ping_sent)
		peers_send_ping(peers);
	else if (peers->state == PEERS_JOINED && deadline_passed(&peers->ping_due))
		peers_become(peers, PEERS_SILENT);
}

/* What we know is old: silent, until a ping that was sent now has come back. */
static void peers_slept(long long milliseconds, void *data)
{
	struct peers *peers = data;

	if (peers->fd < 0 || !peers->self.node)
		return;
	peers_send_ping(peers);
	if (peers->state == PEERS_JOINED)
		peers_become(peers, PEERS_SILENT);
}

/* Receiving -------------------------------------------------------------------------------- */

static struct peers *peers_of(cpg_handle_t handle)
{
	void *context = NULL;

	return cpg_context_get(handle, &context) == CS_OK ? context : NULL;
}

static void peers_take_ping(struct peers *peers, struct peer from, const char *bytes, size_t length)
{
	uint64_t number;

	if (length != sizeof(number) || from.node != peers->self.node ||
	    from.pid != peers->self.pid)
		return;
	memcpy(&number, bytes, sizeof(number));
	peers->ping_seen = number;
	if (number == peers->ping_sent)
		peers_become(peers, PEERS_JOINED);
}

static void peers_deliver(cpg_handle_t handle, const struct cpg_name *group, uint32_t node,
			  uint32_t pid, void *message, size_t length)
{
	struct peers *peers = peers_of(handle);
	const struct peer from = {node, pid};
	const char *bytes = message;

	if (!peers || length < PEERS_HEAD)
		return;
	if (!memcmp(bytes, peers_ping, PEERS_HEAD))
		peers_take_ping(peers, from, bytes + PEERS_HEAD, length - PEERS_HEAD);
	else if (!memcmp(bytes, peers_data, PEERS_HEAD))
		peers->ops->message(from, bytes + PEERS_HEAD, length - PEERS_HEAD, peers->data);
}

static enum peers_reason peers_reason(uint32_t reason)
{
	switch (reason) {
	case CPG_REASON_LEAVE:
		return PEERS_LEAVE;
	case CPG_REASON_NODEDOWN:
		return PEERS_NODEDOWN;
	case CPG_REASON_PROCDOWN:
		return PEERS_PROCDOWN;
	default: /* also CPG_REASON_NODEUP: two halves of the cluster have met */
		return PEERS_JOIN;
	}
}

static size_t peers_take_changes(struct peers_change *changes, const struct cpg_address *list,
				 size_t count)
{
	for (size_t i = 0; i < count; i++)
		changes[i] = (struct peers_change){{list[i].nodeid, list[i].pid},
						   peers_reason(list[i].reason)};
	return count;
}

static void peers_confchg(cpg_handle_t handle, const struct cpg_name *group,
			  const struct cpg_address *members, size_t member_count,
			  const struct cpg_address *left, size_t left_count,
			  const struct cpg_address *joined, size_t joined_count)
{
	struct peers_change changes[2 * CPG_MEMBERS_MAX];
	struct peers *peers = peers_of(handle);
	bool member = false;
	size_t count;

	if (!peers || member_count > CPG_MEMBERS_MAX || left_count > CPG_MEMBERS_MAX ||
	    joined_count > CPG_MEMBERS_MAX)
		return;
	for (size_t i = 0; i < member_count; i++) {
		peers->members[i] = (struct peer){members[i].nodeid, members[i].pid};
		member |= members[i].pid == (uint32_t)getpid() &&
			  members[i].nodeid == peers->self.node;
	}
	peers->member_count = member_count;
	count = peers_take_changes(changes, left, left_count);
	count += peers_take_changes(changes + count, joined, joined_count);
	if (peers->ops->changed)
		peers->ops->changed(changes, count, peers->data);
	if (member && peers->state == PEERS_AWAY && peers->ping_sent == peers->ping_seen)
		peers_send_ping(peers);
}

static void peers_totem(cpg_handle_t handle, struct cpg_ring_id ring, uint32_t count,
			const uint32_t *nodes)
{
	struct peers *peers = peers_of(handle);

	if (!peers)
		return;
	peers->ring_node = ring.nodeid;
	peers->ring_seq = ring.seq;
	peers_tell(peers);
}

/* Coming and going ------------------------------------------------------------------------- */

static void peers_lose(struct peers *peers)
{
	loop_unwatch(peers->loop, peers->fd);
	peers->fd = -1;
	peers_drop_queue(peers);
	loop_timer_clear(&peers->beat);
	peers_leave(peers->loop, peers->handle);
	peers->self = (struct peer){0};
	peers->member_count = 0;
	peers->lost = false;
	peers->ping_sent = peers->ping_seen = 0;
	retry_worked(&peers->retry);
	retry_later(&peers->retry);
	peers_become(peers, PEERS_AWAY);
}

static void peers_dispatch(int fd, short events, void *data)
{
	struct peers *peers = data;
	cs_error_t error = cpg_dispatch(peers->handle, CS_DISPATCH_ALL);

	if (peers->lost || (error != CS_OK && error != CS_ERR_TRY_AGAIN))
		peers_lose(peers);
}

static void peers_joined(struct peers_join *join, void *data)
{
	struct peers *peers = data;

	peers->errand = NULL;
	if (join->error != CS_OK ||
	    loop_watch(peers->loop, join->fd, POLLIN, peers_dispatch, peers)) {
		if (join->connected)
			peers_leave(peers->loop, join->handle);
		retry_later(&peers->retry);
		return;
	}
	peers->handle = join->handle;
	peers->fd = join->fd;
	peers->self = (struct peer){join->node, (uint32_t)getpid()};
	(void)cpg_context_set(peers->handle, peers);
	(void)loop_timer_set(&peers->beat, PEERS_PING_MS);
}

static void peers_try(void *data)
{
	static const cpg_model_v1_data_t model = {.model = CPG_MODEL_V1,
						  .cpg_deliver_fn = peers_deliver,
						  .cpg_confchg_fn = peers_confchg,
						  .cpg_totem_confchg_fn = peers_totem,
						  .flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF};
	struct peers *peers = data;

	if (peers_join(peers->loop, &model, peers->group, peers_joined, peers, &peers->errand))
		retry_later(&peers->retry);
}

int peers_open(struct loop *loop, const char *group, const struct peers_ops *ops, void *data,
	       struct peers **ret_peers, struct fault *fault)
{
	struct peers *peers;

	if (!*group || strlen(group) > 120)
		return fault_set(fault, FAULT_GENERIC, -EINVAL,
				 "'%.40s' is no name for a process group", group);
	peers = calloc(1, sizeof(*peers));
	if (!peers || loop_on_gap(loop, PEERS_GAP_MS, peers_slept, peers)) {
		free(peers);
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "cannot join the peers: %s",
				 strerror(ENOMEM));
	}
	peers->loop = loop;
	peers->ops = ops;
	peers->data = data;
	peers->fd = -1;
	peers->queue_end = &peers->queue;
	(void)snprintf(peers->group, sizeof(peers->group), "%s", group);
	retry_init(&peers->retry, loop, PEERS_RETRY_MS, PEERS_RETRY_MAX_MS, peers_try, peers);
	loop_timer_init(&peers->drain, loop, peers_drain, peers);
	loop_timer_init(&peers->beat, loop, peers_beat, peers);
	peers_try(peers);
	*ret_peers = peers;
	return 0;
}

void peers_close(struct peers **peers)
{
	struct peers *given = TAKE(*peers);

	if (!given)
		return;
	errand_abandon(&given->errand);
	loop_off_gap(given->loop, given);
	loop_timer_clear(&given->retry.timer);
	loop_timer_clear(&given->beat);
	peers_drop_queue(given);
	if (given->fd >= 0) {
		loop_unwatch(given->loop, given->fd);
		peers_leave(given->loop, given->handle);
	}
	free(given);
}

int peers_send(struct peers *peers, const void *bytes, size_t length)
{
	if (length > PEERS_MESSAGE_MAX)
		return -EMSGSIZE;
	if (peers->state == PEERS_AWAY)
		return -ENOTCONN;
	if (peers->queued + length > PEERS_QUEUE_MAX)
		return -ENOBUFS;
	return peers_enqueue(peers, peers_data, bytes, length);
}

enum peers_state peers_state(const struct peers *peers)
{
	return peers->state;
}

const struct peer *peers_members(const struct peers *peers, size_t *ret_count)
{
	*ret_count = peers->member_count;
	return peers->members;
}

struct peer peers_self(const struct peers *peers)
{
	return peers->self;
}

void peers_ring(const struct peers *peers, uint32_t *ret_node, uint64_t *ret_seq)
{
	*ret_node = peers->ring_node;
	*ret_seq = peers->ring_seq;
}

void peers_listen(struct peers *peers, void (*changed)(void *data), void *data)
{
	peers->listener = changed;
	peers->listener_data = data;
}
