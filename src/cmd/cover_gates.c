/* Bounds that coverage is held to. */
#include <stdio.h>

#include "cmd/cover_job.h"

bool cover_job_gates(struct cover_job *job)
{
	char percent[COVER_PERCENT_BYTES];
	double is = cover_percent(&job->cover->sum);
	if (job->fail_under <= 0 || !cover_below(is, job->fail_under, job->precision))
		return false;
	(void)fprintf(stderr, "coverage of %s %% is below the bound of %g %%\n",
		      cover_percent_text(percent, is, job->precision), job->fail_under);
	return true;
}
