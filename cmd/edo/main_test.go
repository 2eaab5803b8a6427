package main

import (
	"strings"
	"testing"
)

func TestEveryCommandIsInTheUsageAndHasHelp(t *testing.T) {
	for name := range commands {
		if !strings.Contains(usage, "\n  "+name+" ") {
			t.Errorf("%s is not in the usage", name)
		}
		for _, args := range [][]string{{name, "--help"}, {"help", name}} {
			var out, errs strings.Builder
			if status := run(args, &out, &errs); status != 0 || errs.Len() > 0 || !strings.HasPrefix(out.String(), "usage: edo "+name) {
				t.Errorf("%v: status %d\n%s%s", args, status, out.String(), errs.String())
			}
		}
	}
}

func TestHelpPrintsTheUsage(t *testing.T) {
	for _, args := range []string{"help", "--help", "-h", "help me"} {
		var out, errs strings.Builder
		if status := run(strings.Fields(args), &out, &errs); status != 0 || out.String() != usage || errs.Len() > 0 {
			t.Errorf("%s: status %d\n%s%s", args, status, out.String(), errs.String())
		}
	}
}

func TestNoCommandAndUnknownOnesAreMisuse(t *testing.T) {
	for _, args := range [][]string{nil, {"dance"}, {"--loud"}} {
		var out, errs strings.Builder
		if status := run(args, &out, &errs); status != 2 || out.Len() > 0 || !strings.HasSuffix(errs.String(), usage) {
			t.Errorf("%v: status %d\n%s%s", args, status, out.String(), errs.String())
		}
		if len(args) > 0 && !strings.Contains(errs.String(), args[0]) {
			t.Errorf("%s is not named in: %s", args[0], errs.String())
		}
	}
}
