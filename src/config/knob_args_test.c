#include "config/knob_args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"

struct options {
	bool loud, history;
	int64_t workers, stop, wait_ns, room_bytes;
	double share;
	const char *name;
	struct knob_choice order, color;
	struct knob_part shard;
	struct knob_list units, env, format;
};

#define AT(field) offsetof(struct options, field)
static const struct knob rows[] = {
    {.flag = "loud", .short_flag = 'l', .help = "x", .offset = AT(loud), .type = KNOB_BOOL},
    {.flag = "history",
     .otherwise = "true",
     .help = "x",
     .offset = AT(history),
     .type = KNOB_BOOL,
     .env = "FETTLE_HISTORY"},
    {.flag = "workers",
     .short_flag = 'j',
     .env = "FETTLE_JOBS",
     .arg = "N",
     .otherwise = "2",
     .help = "x",
     .offset = AT(workers),
     .min = 1,
     .max = 64,
     .type = KNOB_INT},
    {.flag = "stop",
     .short_flag = 'x',
     .arg = "N",
     .implied = "1",
     .help = "x",
     .offset = AT(stop),
     .max = 9,
     .type = KNOB_INT},
    {.flag = "wait",
     .arg = "TIME",
     .otherwise = "2s",
     .help = "x",
     .offset = AT(wait_ns),
     .max = 3600000000000,
     .type = KNOB_DURATION},
    {.flag = "room", .arg = "SIZE", .help = "x", .offset = AT(room_bytes), .type = KNOB_SIZE},
    {.flag = "share", .arg = "X", .otherwise = "0.5", .help = "x", .offset = AT(share), .type = KNOB_REAL},
    {.flag = "name", .arg = "TEXT", .help = "x", .offset = AT(name), .type = KNOB_TEXT, .env = "FETTLE_NAME"},
    {.flag = "order",
     .arg = "ORDER",
     .choices = "longest|given|random[:SEED]",
     .otherwise = "longest",
     .help = "x",
     .offset = AT(order),
     .type = KNOB_CHOICE},
    {.flag = "shard", .arg = "K/N", .help = "x", .offset = AT(shard), .max = 100, .type = KNOB_PART},
    {.flag = "units",
     .short_flag = 'u',
     .arg = "GLOB",
     .help = "x",
     .offset = AT(units),
     .type = KNOB_LIST,
     .env = "FETTLE_UNITS"},
    {.flag = "env", .arg = "NAME=VALUE", .help = "x", .offset = AT(env), .type = KNOB_PAIRS},
    {.flag = "format",
     .arg = "NAME",
     .choices = "text|json|html",
     .help = "x",
     .offset = AT(format),
     .type = KNOB_LIST,
     .env = "FETTLE_FORMAT"},
};
static const struct knob_table stopping = {.command = "try",
					   .rows = rows,
					   .n_rows = sizeof(rows) / sizeof(rows[0]),
					   .options_bytes = sizeof(struct options),
					   .stops = true};
static const struct knob_table mixing = {.command = "try",
					 .rows = rows,
					 .n_rows = sizeof(rows) / sizeof(rows[0]),
					 .options_bytes = sizeof(struct options)};

static struct arena arena;
static struct options o;
static struct knob_values v;
static struct knob_list operands;
static struct err err;

static int set_up(void **state)
{
	(void)state;
	knob_defaults(&v, &stopping, &o, &arena);
	operands = (struct knob_list){0};
	err = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* As main gets them: not const, though nobody writes. */
static int env(const char *const *environment)
{
	return knob_env(&v, (char *const *)environment, &err);
}

/* Splits at blanks, so that a test reads as a command line. */
static int args(const char *line)
{
	static char copy[512];
	static char *words[64];
	size_t n = 0;
	strncpy(copy, line, sizeof(copy) - 1);
	for (char *rest = copy, *word; (word = strsep(&rest, " "));)
		if (*word)
			words[n++] = word;
	return knob_args(&v, n, words, &operands, &err);
}

static void says(const char *line, const char *message)
{
	struct knob_list none = {0};
	operands = none;
	assert_int_equal(args(line), FAULT_USAGE);
	assert_string_equal(err.text, message);
	assert_int_equal(operands.n, 0);
}

static void defaults_come_from_the_rows(void **state)
{
	(void)state;
	assert_false(o.loud);
	assert_true(o.history);
	assert_int_equal(o.workers, 2);
	assert_int_equal(o.wait_ns, 2000000000);
	assert_true(o.share == 0.5);
	assert_null(o.name);
	assert_int_equal(o.order.is, 0);
	assert_int_equal(o.shard.n, 0);
	assert_int_equal(o.units.n, 0);
	assert_int_equal(knob_origin(&v, &o.workers), ORIGIN_DEFAULT);
}

static void long_options_take_both_spellings(void **state)
{
	(void)state;
	assert_int_equal(
	    args("--workers=3 --wait 1m30s --room=1k --share 0.25 --name=a=b --order random:7 --shard=2/5"),
	    0);
	assert_int_equal(o.workers, 3);
	assert_int_equal(o.wait_ns, 90000000000);
	assert_int_equal(o.room_bytes, 1024);
	assert_true(o.share == 0.25);
	assert_string_equal(o.name, "a=b");
	assert_int_equal(o.order.is, 2);
	assert_true(o.order.numbered);
	assert_int_equal(o.order.number, 7);
	assert_int_equal(o.shard.k, 2);
	assert_int_equal(o.shard.n, 5);
	assert_int_equal(knob_origin(&v, &o.workers), ORIGIN_FLAG);
	assert_int_equal(knob_origin(&v, &o.loud), ORIGIN_DEFAULT);
}

static void short_options_may_hug_and_bundle(void **state)
{
	(void)state;
	assert_int_equal(args("-lxj4 -u a -ub"), 0);
	assert_true(o.loud);
	assert_int_equal(o.stop, 1);
	assert_int_equal(o.workers, 4);
	assert_int_equal(o.units.n, 2);
	assert_string_equal(o.units.at[0], "a");
	assert_string_equal(o.units.at[1], "b");
}

static void a_switch_has_an_opposite(void **state)
{
	(void)state;
	assert_int_equal(args("--loud --no-loud --no-history"), 0);
	assert_false(o.loud);
	assert_false(o.history);
	assert_int_equal(args("--history"), 0);
	assert_true(o.history);
}

static void an_implied_value_gives_way_to_one_that_is_written(void **state)
{
	(void)state;
	assert_int_equal(args("--stop 5"), 0); /* the 5 is the command */
	assert_int_equal(o.stop, 1);
	assert_int_equal(operands.n, 1);
	assert_string_equal(operands.at[0], "5");
	assert_int_equal(args("--stop=5"), 0);
	assert_int_equal(o.stop, 5);
	assert_int_equal(args("--stop=no"), 0);
	assert_int_equal(o.stop, 0);
	assert_int_equal(args("--stop=yes"), 0);
	assert_int_equal(o.stop, 1);
}

static void the_command_and_all_behind_it_are_left_alone(void **state)
{
	(void)state;
	assert_int_equal(args("--loud pytest --workers=x -- --nonsense"), 0);
	assert_int_equal(o.workers, 2);
	assert_int_equal(operands.n, 4);
	assert_string_equal(operands.at[0], "pytest");
	assert_string_equal(operands.at[1], "--workers=x");
	assert_string_equal(operands.at[2], "--");
	assert_string_equal(operands.at[3], "--nonsense");
}

static void two_dashes_end_the_options(void **state)
{
	(void)state;
	assert_int_equal(args("-- --loud -- x"), 0);
	assert_false(o.loud);
	assert_int_equal(operands.n, 3);
	assert_string_equal(operands.at[0], "--loud");
	assert_string_equal(operands.at[1], "--");
}

static void options_may_follow_operands_where_the_table_says_so(void **state)
{
	(void)state;
	knob_defaults(&v, &mixing, &o, &arena);
	assert_int_equal(args("one --loud two -j3 - -- --three"), 0);
	assert_true(o.loud);
	assert_int_equal(o.workers, 3);
	assert_int_equal(operands.n, 4);
	assert_string_equal(operands.at[0], "one");
	assert_string_equal(operands.at[2], "-");
	assert_string_equal(operands.at[3], "--three");
}

static void an_unknown_option_is_told_with_what_may_be_meant(void **state)
{
	(void)state;
	says("--wokrers=3", "unknown option '--wokrers' (did you mean '--workers'?)");
	says("--no-histroy", "unknown option '--no-histroy' (did you mean '--no-history'?)");
	says("--work", "unknown option '--work' (did you mean '--workers'?)");
	says("--frobnicate", "unknown option '--frobnicate'");
	says("--no-workers", "unknown option '--no-workers' (did you mean '--workers'?)");
	says("-lZ", "unknown option '-Z'");
	says("-\xc3\xa9t\xc3\xa9", "unknown option '-\xc3\xa9'");
	says("--=3", "unknown option '--'");
}

static void a_missing_value_is_told(void **state)
{
	(void)state;
	says("--workers", "option '--workers' needs a value: N");
	says("-lj", "option '--workers' needs a value: N");
	says("--name=", "option '--name': the value is empty");
	says("--workers=", "option '--workers': '' is not a whole number");
}

static void a_switch_takes_no_value(void **state)
{
	(void)state;
	says("--loud=1", "option '--loud' takes no value; its opposite is '--no-loud'");
	says("--no-loud=1", "option '--loud' takes no value; its opposite is '--no-loud'");
}

static void values_of_the_wrong_kind_are_told(void **state)
{
	(void)state;
	says("-jfour", "option '--workers': 'four' is not a whole number");
	says("-j4.5", "option '--workers': '4.5' is not a whole number");
	says("--share=half", "option '--share': 'half' is not a number");
	says("--wait=soon", "option '--wait': 'soon' is not a duration such as 500ms, 30s or 1h30m");
	says("--room=big", "option '--room': 'big' is not a size such as 512k or 64MiB");
	says("--shard=2", "option '--shard': '2' is not of the form K/N");
	says("--shard=3/2", "option '--shard': '3/2' is not K/N with K from 1 to N");
	says("--shard=0/2", "option '--shard': '0/2' is not K/N with K from 1 to N");
	says("--shard=1/101", "option '--shard': '1/101' has more than 100 parts");
	says("--env=NAME", "option '--env': 'NAME' is not of the form NAME=VALUE");
	says("--env==x", "option '--env': '=x' is not of the form NAME=VALUE");
	says("--order=longst",
	     "option '--order': 'longst' is none of longest|given|random[:SEED] (did you mean 'longest'?)");
	says("--order=random:x", "option '--order': 'x' is not a whole number of 0 or more");
	says("--order=given:1",
	     "option '--order': 'given:1' is none of longest|given|random[:SEED] (did you mean 'given'?)");
	says("--format=text,pdf", "option '--format': 'pdf' is none of text|json|html");
}

static void ranges_are_told_in_the_values_own_unit(void **state)
{
	(void)state;
	says("-j0", "option '--workers': 0 is out of range (1 to 64)");
	says("-j65", "option '--workers': 65 is out of range (1 to 64)");
	says("--wait=61m", "option '--wait': 61m is out of range (0 to 1h)");
	says("-j99999999999999999999", "option '--workers': '99999999999999999999' is not a whole number");
}

static void lists_add_up_and_choices_split_at_commas(void **state)
{
	(void)state;
	assert_int_equal(args("--format=json,html --format text --units a,b --env A=1,2 --env B="), 0);
	assert_int_equal(o.format.n, 3);
	assert_string_equal(o.format.at[1], "html");
	assert_string_equal(o.format.at[2], "text");
	assert_int_equal(o.units.n, 1);
	assert_string_equal(o.units.at[0], "a,b");
	assert_int_equal(o.env.n, 2);
	assert_string_equal(o.env.at[0], "A=1,2");
	assert_string_equal(o.env.at[1], "B=");
}

static void help_ends_the_reading(void **state)
{
	(void)state;
	assert_int_equal(args("--loud --help --nonsense"), 0);
	assert_true(v.help);
	v.help = false;
	assert_int_equal(args("-lh -Z"), 0);
	assert_true(v.help);
}

static void the_environment_yields_to_flags_whatever_is_read_first(void **state)
{
	static const char *const environment[] = {"PATH=/bin",          "FETTLE_JOBS=5",  "FETTLE_NAME=env",
						  "FETTLE_HISTORY=off", "FETTLE_OTHER=1", NULL};
	(void)state;
	assert_int_equal(args("-j7"), 0);
	assert_int_equal(env(environment), 0);
	assert_int_equal(o.workers, 7);
	assert_string_equal(o.name, "env");
	assert_false(o.history);
	assert_int_equal(knob_origin(&v, &o.name), ORIGIN_ENV);
	assert_int_equal(args("--name=flag"), 0);
	assert_string_equal(o.name, "flag");
}

static void a_list_of_a_stronger_origin_replaces_a_weaker_one(void **state)
{
	static const char *const environment[] = {"FETTLE_UNITS=a\nb", "FETTLE_FORMAT=json, text", NULL};
	(void)state;
	assert_int_equal(env(environment), 0);
	assert_int_equal(o.units.n, 2);
	assert_int_equal(o.format.n, 2);
	assert_string_equal(o.format.at[1], "text");
	assert_int_equal(args("-uc -ud"), 0);
	assert_int_equal(o.units.n, 2);
	assert_string_equal(o.units.at[0], "c");
	assert_int_equal(knob_set(&v, 10, ORIGIN_FILE, STR("z"), &err), 0);
	assert_int_equal(o.units.n, 2);
}

static void a_bad_variable_is_told_by_its_name(void **state)
{
	static const char *const environment[] = {"FETTLE_JOBS=lots", NULL};
	(void)state;
	assert_int_equal(env(environment), FAULT_USAGE);
	assert_string_equal(err.text, "FETTLE_JOBS: 'lots' is not a whole number");
}

static void an_empty_variable_says_nothing(void **state)
{
	static const char *const environment[] = {"FETTLE_JOBS=", "FETTLE_UNITS=", "FETTLE_NAME", NULL};
	(void)state;
	assert_int_equal(env(environment), 0);
	assert_int_equal(o.workers, 2);
	assert_int_equal(o.units.n, 0);
}

static void long_and_hostile_values_stay_one_short_line(void **state)
{
	char word[4096] = "--workers=";
	char *words[] = {word};
	(void)state;
	memset(word + 10, '\n', sizeof(word) - 11);
	assert_int_equal(knob_args(&v, 1, words, &operands, &err), FAULT_USAGE);
	assert_null(strchr(err.text, '\n'));
	assert_true(strlen(err.text) < 200);
	word[0] = word[1] = '-';
	memset(word + 2, 'x', sizeof(word) - 3);
	assert_int_equal(knob_args(&v, 1, words, &operands, &err), FAULT_USAGE);
	assert_true(strlen(err.text) < 200);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(defaults_come_from_the_rows),
	    T(long_options_take_both_spellings),
	    T(short_options_may_hug_and_bundle),
	    T(a_switch_has_an_opposite),
	    T(an_implied_value_gives_way_to_one_that_is_written),
	    T(the_command_and_all_behind_it_are_left_alone),
	    T(two_dashes_end_the_options),
	    T(options_may_follow_operands_where_the_table_says_so),
	    T(an_unknown_option_is_told_with_what_may_be_meant),
	    T(a_missing_value_is_told),
	    T(a_switch_takes_no_value),
	    T(values_of_the_wrong_kind_are_told),
	    T(ranges_are_told_in_the_values_own_unit),
	    T(lists_add_up_and_choices_split_at_commas),
	    T(help_ends_the_reading),
	    T(the_environment_yields_to_flags_whatever_is_read_first),
	    T(a_list_of_a_stronger_origin_replaces_a_weaker_one),
	    T(a_bad_variable_is_told_by_its_name),
	    T(an_empty_variable_says_nothing),
	    T(long_and_hostile_values_stay_one_short_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
