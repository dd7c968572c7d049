// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/balance.h"

#define BALANCE_FADE 0.95     /* of what was seen so far remains at every step */
#define BALANCE_LEAST 16384.0 /* bytes of all servers below which nothing is learnt */
#define BALANCE_FACTOR_MAX 16.0

static double balance_within(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

/* The bytes since the last step. */
static double balance_count(struct balance_server *server)
{
	struct balance *b = server->balance;
	const uint64_t more = server->counter >= b->counter ? server->counter - b->counter :
							      server->counter;
	const double bytes = b->seen ? (double)more : 0;

	b->bytes = b->bytes * BALANCE_FADE + bytes;
	b->expected *= BALANCE_FADE;
	b->counter = server->counter;
	b->seen = true;
	if (b->factor < 1 / BALANCE_FACTOR_MAX / BALANCE_FACTOR_MAX)
		b->factor = 1;
	return bytes;
}

static bool balance_serves(const struct balance_server *server)
{
	return server->serves && server->weight > 0;
}

/*
 * Half of the way to the factor at which the server would carry its share, as what it carried for
 * the weights it had tells.
 */
static void balance_steer(struct balance *b)
{
	double heavy = b->expected > 0 ? b->bytes / b->expected : 1;

	heavy = balance_within(heavy, 1 / BALANCE_FACTOR_MAX, BALANCE_FACTOR_MAX);
	b->factor += (1 / heavy - b->factor) / 2;
}

/* The weight in whole numbers, whose mean over the steps is the exact one. */
static int balance_round(struct balance_server *server, double scale)
{
	struct balance *b = server->balance;
	const double exact = b->factor * server->weight * scale + b->carry;
	const int weight = (int)balance_within(exact + 0.5, 1, BALANCE_WEIGHT_MAX);

	if (server->weight <= 0)
		return 0;
	b->carry = balance_within(exact - weight, -1, 1);
	return weight;
}

void balance_step(struct balance_server *servers, size_t count)
{
	double bytes = 0, kept = 0, weights = 0, had = 0, mean = 0, all = 0, scale = 0;

	for (size_t i = 0; i < count; i++) {
		const double more = balance_count(&servers[i]);

		if (servers[i].weight > 0) {
			all += servers[i].weight;
			scale += BALANCE_MEAN;
		}
		if (!balance_serves(&servers[i]))
			continue;
		bytes += more;
		kept += servers[i].balance->bytes;
		weights += servers[i].weight;
		had += servers[i].balance->factor * servers[i].weight;
	}
	for (size_t i = 0; i < count; i++) {
		struct balance *b = servers[i].balance;

		if (!balance_serves(&servers[i]))
			continue;
		b->expected += bytes * b->factor * servers[i].weight / had;
		if (kept >= BALANCE_LEAST)
			balance_steer(b);
		mean += b->factor * servers[i].weight / weights;
	}
	/* Only ratios matter: their mean stays at 1, so that no common drift ends at a bound. */
	for (size_t i = 0; i < count; i++) {
		struct balance_server *s = &servers[i];

		if (balance_serves(s))
			s->balance->factor /= mean;
		s->steered = balance_round(s, scale / all);
	}
}
