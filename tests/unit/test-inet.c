// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/inet.h"

static struct inet inet_of(const char *text)
{
	struct inet inet = {.family = 0};

	assert_int_equal(inet_parse(text, &inet), 0);
	return inet;
}

static void test_parse(void **state)
{
	static const struct {
		const char *from, *to, *host;
		int family;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1", "192.0.2.1", AF_INET},
		{"192.0.2.1/24", "192.0.2.1/24", "192.0.2.1", AF_INET},
		{"0.0.0.0/0", "0.0.0.0/0", "0.0.0.0", AF_INET},
		{"255.255.255.255/32", "255.255.255.255/32", "255.255.255.255", AF_INET},
		{"2001:DB8:0::1/64", "2001:db8::1/64", "2001:db8::1", AF_INET6},
		{"::", "::", "::", AF_INET6},
		{"::/0", "::/0", "::", AF_INET6},
		{"::ffff:192.0.2.1/128", "::ffff:192.0.2.1/128", "::ffff:192.0.2.1", AF_INET6},
		{"0000:0000:0000:0000:0000:ffff:255.255.255.255/128", "::ffff:255.255.255.255/128",
		 "::ffff:255.255.255.255", AF_INET6},
	};
	char text[INET_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inet inet = inet_of(cases[i].from), again;

		assert_int_equal(inet.family, cases[i].family);
		assert_string_equal(inet_text(&inet, text), cases[i].to);
		assert_int_equal(inet_parse(text, &again), 0);
		assert_memory_equal(&inet, &again, sizeof(inet));
		assert_string_equal(inet_host_text(&inet, text), cases[i].host);
	}
}

static void test_refuse(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"/",
		"/24",
		"192.0.2.1/",
		"192.0.2.1/33",
		"192.0.2.1/-1",
		"192.0.2.1/ 24",
		"192.0.2.1/24/8",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.01",
		"192.0.2.1 ",
		" 192.0.2.1",
		"192.0.2.1,",
		"0x7f.1",
		"127.1",
		"1",
		"localhost",
		"::1/129",
		"::1%lo",
		"[::1]",
		"fe80::1%eth0",
		":::",
		"1::2::3",
		"12345::",
		"192.0.2.1/24x",
		"192.0.2.1/0x18",
		"::1/255.255.255.0",
		"00000000000000000000000000000000000000000000000000000000000000000000000000000000",
	};
	struct inet inet = {.family = 77};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(inet_parse(cases[i], &inet), -EINVAL);
	assert_int_equal(inet.family, 77);
}

static void test_list(void **state)
{
	AUTO_INET_LIST struct inet_list list = INET_LIST_INIT;
	char text[INET_TEXT_MAX];
	const char *at = NULL;
	size_t length = 0;

	assert_int_equal(inet_list_parse("", &list, &at, &length), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(inet_list_parse(" ,\t\n,", &list, &at, &length), 0);
	assert_int_equal(list.count, 0);
	assert_null(at);
	assert_int_equal(inet_list_parse(" 192.0.2.1/24,2001:db8::1\n,, 192.0.2.2 ", &list, &at,
					 &length),
			 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(inet_text(&list.items[0], text), "192.0.2.1/24");
	assert_string_equal(inet_text(&list.items[1], text), "2001:db8::1");
	assert_string_equal(inet_text(&list.items[2], text), "192.0.2.2");
	inet_list_release(&list);
	inet_list_release(&list);
	assert_int_equal(list.count, 0);
}

static void test_list_refuse(void **state)
{
	static const char input[] = "192.0.2.1, web.example 192.0.2.2";
	struct inet_list list = {.count = 5};
	const char *at = NULL;
	size_t length = 0;

	assert_int_equal(inet_list_parse(input, &list, &at, &length), -EINVAL);
	assert_ptr_equal(at, strstr(input, "web"));
	assert_int_equal(length, strlen("web.example"));
	assert_int_equal(list.count, 5);
	assert_null(list.items);
}

static void test_bytes(void **state)
{
	static const unsigned char bytes[16] = {192, 0, 2, 1, 9, 9};
	struct inet inet = inet_from_bytes(AF_INET, bytes), same = inet_of("192.0.2.1/8");

	assert_int_equal(inet.prefix, INET_NO_PREFIX);
	assert_int_equal(inet.bytes[4], 0);
	assert_true(inet_same(&inet, &same));
	inet = inet_from_bytes(AF_INET6, bytes);
	assert_int_equal(inet.bytes[5], 9);
	assert_false(inet_same(&inet, &same));
	assert_int_equal(inet_size(AF_INET), 4);
	assert_int_equal(inet_size(AF_INET6), 16);
	assert_int_equal(inet_bits(AF_INET), 32);
	assert_int_equal(inet_bits(AF_INET6), 128);
}

static void test_same(void **state)
{
	struct inet a = inet_of("::1"), b = inet_of("::1/128"), c = inet_of("::2");

	assert_true(inet_same(&a, &b));
	assert_false(inet_same(&a, &c));
	/* The bytes of 0.0.0.0 and :: are the same, the addresses are not. */
	a = inet_of("::");
	b = inet_of("0.0.0.0");
	assert_false(inet_same(&a, &b));
}

static void test_in_net(void **state)
{
	static const struct {
		const char *address, *net;
		int bits;
		bool in;
	} cases[] = {
		{"192.0.2.77", "192.0.2.0", 24, true},
		{"192.0.3.77", "192.0.2.0", 24, false},
		{"192.0.3.77", "192.0.2.0", 23, true},
		{"192.0.2.129", "192.0.2.0", 25, false},
		{"192.0.2.127", "192.0.2.0", 25, true},
		{"203.0.113.9", "192.0.2.0", 0, true},
		{"192.0.2.1", "192.0.2.1", 32, true},
		{"192.0.2.2", "192.0.2.1", 32, false},
		{"192.0.2.2", "192.0.2.1", 31, false},
		{"192.0.2.3", "192.0.2.2", 31, true},
		{"192.0.2.1", "192.0.2.1", 33, false},
		{"192.0.2.1", "192.0.2.1", -1, false},
		{"192.0.2.1", "192.0.2.1", -8, false},
		{"2001:db8::1", "2001:db8::", 64, true},
		{"2001:db8:0:1::1", "2001:db8::", 64, false},
		{"2001:db8:0:1::1", "2001:db8::", 63, true},
		{"2001:db8::1", "2001:db8::1", 128, true},
		{"2001:db8::1", "2001:db8::1", 129, false},
		{"::ffff:192.0.2.1", "192.0.2.1", 0, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inet address = inet_of(cases[i].address), net = inet_of(cases[i].net);

		assert_int_equal(inet_in_net(&address, &net, cases[i].bits), cases[i].in);
	}
}

static void test_broadcast(void **state)
{
	static const char *const cases[][2] = {
		{"192.0.2.10/24", "192.0.2.255"},  {"192.0.2.10/30", "192.0.2.11"},
		{"192.0.2.10/31", "192.0.2.11"},   {"192.0.2.10/32", "192.0.2.10"},
		{"10.1.2.3/8", "10.255.255.255"},  {"10.1.2.3/0", "255.255.255.255"},
		{"10.1.2.3/1", "127.255.255.255"},
	};
	char text[INET_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inet inet = inet_of(cases[i][0]), broadcast = inet_broadcast(&inet);

		assert_string_equal(inet_text(&broadcast, text), cases[i][1]);
	}
}

static void test_link_local(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{"fe80::1", true},	{"febf::1", true},	{"fec0::1", false},
		{"fe7f::1", false},	{"2001:db8::1", false}, {"169.254.1.1", false},
		{"254.128.0.1", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inet inet = inet_of(cases[i].text);

		assert_int_equal(inet_is_link_local(&inet), cases[i].is);
	}
}

static void test_prefix(void **state)
{
	static const struct {
		const char *text;
		int family, result, bits;
	} cases[] = {
		{"24", AF_INET, 0, 24},
		{"0", AF_INET, 0, 0},
		{"32", AF_INET, 0, 32},
		{"33", AF_INET, -EINVAL, 0},
		{"-1", AF_INET, -EINVAL, 0},
		{"", AF_INET, -EINVAL, 0},
		{"/24", AF_INET, -EINVAL, 0},
		{"255.255.255.0", AF_INET, 0, 24},
		{"255.255.255.255", AF_INET, 0, 32},
		{"0.0.0.0", AF_INET, 0, 0},
		{"128.0.0.0", AF_INET, 0, 1},
		{"255.255.0.255", AF_INET, -EINVAL, 0},
		{"0.0.0.255", AF_INET, -EINVAL, 0},
		{"255.255.255", AF_INET, -EINVAL, 0},
		{"64", AF_INET6, 0, 64},
		{"128", AF_INET6, 0, 128},
		{"129", AF_INET6, -EINVAL, 0},
		{"255.255.255.0", AF_INET6, -EINVAL, 0},
		{"ffff::", AF_INET6, -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int bits = 77;

		assert_int_equal(inet_prefix_parse(cases[i].text, cases[i].family, &bits),
				 cases[i].result);
		assert_int_equal(bits, cases[i].result ? 77 : cases[i].bits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),	   cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_list),	   cmocka_unit_test(test_list_refuse),
		cmocka_unit_test(test_bytes),	   cmocka_unit_test(test_same),
		cmocka_unit_test(test_in_net),	   cmocka_unit_test(test_broadcast),
		cmocka_unit_test(test_link_local), cmocka_unit_test(test_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
