/* behave: the agent lists feature files and takes them from the socket. */
#include "collect/adapter.h"
#include "collect/adapter_python.h"
#include "collect/census.h"

static bool match(char *const *argv, size_t i, size_t *ret_args)
{
	return python_program(argv, i, "behave", ret_args);
}

static const char *const value_options[] = {"-D",
					    "--define",
					    "-e",
					    "--exclude",
					    "-f",
					    "--format",
					    "-i",
					    "--include",
					    "-n",
					    "--name",
					    "-o",
					    "--outfile",
					    "-r",
					    "--runner",
					    "-t",
					    "--tags",
					    "-j",
					    "--jobs",
					    "--junit-directory",
					    "--logging-level",
					    "--logging-format",
					    "--logging-datefmt",
					    "--logging-filter",
					    "--stage",
					    "--lang",
					    "--color",
					    NULL};

/* 1 is a verdict; 2 a wrong option or configuration. */
static int blame(int exit_code)
{
	return exit_code == 2 ? FAULT_USAGE : 0;
}

static const char *const tells[] = {"-h",          "--help",      "--version",       "--tags-help",
				    "--lang-list", "--lang-help", "--steps-catalog", NULL};

const struct adapter adapter_behave = {
    .name = "behave",
    .mode = ADAPTER_PULL,
    .suite_word = "feature",
    .test_word = "scenario",
    .step_word = "step",
    .match = match,
    .value_options = value_options,
    .blame = blame,
    .count = census_gherkin,
    .tells = tells,
};
