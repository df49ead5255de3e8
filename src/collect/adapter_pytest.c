/* pytest: the agent finds test files by pytest's own collectors and takes them from the socket. */
#include "collect/adapter.h"
#include "collect/adapter_python.h"
#include "collect/census.h"

static bool match(char *const *argv, size_t i, size_t *ret_args)
{
	return python_program(argv, i, "pytest", ret_args) || python_program(argv, i, "py.test", ret_args);
}

static const char *const value_options[] = {"-k",           "-m",
					    "-p",           "-c",
					    "-n",           "-o",
					    "-W",           "-r",
					    "--tb",         "--maxfail",
					    "--junitxml",   "--junit-xml",
					    "--rootdir",    "--basetemp",
					    "--ignore",     "--ignore-glob",
					    "--deselect",   "--durations",
					    "--cov-report", "--cov-config",
					    "--color",      "--dist",
					    "--confcutdir", "--import-mode",
					    "--log-level",  "--log-cli-level",
					    "--timeout",    NULL};

/* ExitCode: 3 an internal error, 4 a wrong use, 5 no tests. */
static int blame(int exit_code)
{
	return exit_code == 3 ? FAULT_SYSTEM : exit_code == 4 || exit_code == 5 ? FAULT_USAGE : 0;
}

static const char *const tells[] = {"-h",
				    "--help",
				    "-V",
				    "-VV",
				    "--version",
				    "--fixtures",
				    "--funcargs",
				    "--fixtures-per-test",
				    "--markers",
				    "--co",
				    "--collect-only",
				    "--collectonly",
				    "--setup-plan",
				    "--cache-show",
				    NULL};

const struct adapter adapter_pytest = {
    .name = "pytest",
    .mode = ADAPTER_PULL,
    .suite_word = "file",
    .test_word = "test",
    .step_word = "phase",
    .match = match,
    .value_options = value_options,
    .blame = blame,
    .nothing = 5,
    .loads_ahead = true,
    .count = census_python,
    .tells = tells,
};
