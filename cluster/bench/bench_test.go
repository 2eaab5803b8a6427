package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/edo-go/edo/internal/invariant"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEveryRowIsMeasured(t *testing.T) {
	only := regexp.MustCompile("")
	if invariant.Enabled { // each row is a process with a broker, whose start takes seconds with the race detector
		only = regexp.MustCompile("/in/edo/")
	}
	var out strings.Builder
	err := measureAll(t.Context(), &options{rounds: 1, scale: 0.0001, only: only}, &out)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows() {
		if v, ok := find(row); !ok || !only.MatchString(row.name()) || v.broker == ofRedis && !hasRedis() {
			continue
		}
		line := regexp.MustCompile(`(?m)^` + row.Workload + ` +` + row.Place + ` +` + row.Runtime + ` +` + row.Style + ` +[1-9][0-9]* \(`)
		if !line.MatchString(out.String()) {
			t.Errorf("the table has no %s:\n%s", row.name(), &out)
		}
	}
}

func TestRatiosAreThoseOfMediansToTheReference(t *testing.T) {
	var out strings.Builder
	var all []result
	for i, ns := range []float64{300, 100, 200} {
		plain, direct := rows()[0], rows()[1]
		plain.NS, plain.CPU = ns, 10
		direct.NS, direct.CPU = 2*ns+float64(i), 5
		all = append(all, plain, direct)
	}
	report(&out, all)
	for _, want := range []string{`go +nats.go +200 \(100, 300\) +0 +10`, `edo +direct +402 \(201, 600\) +2.01 +0 +5 +0.50`} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestWrongFlagsAreRefused(t *testing.T) {
	for _, args := range []string{"-rounds 0", "-n 0", "-only (", "more", "-loud"} {
		var errs strings.Builder
		if _, err := parse(strings.Fields(args), &errs); err == nil || errs.Len() == 0 {
			t.Errorf("%s: %v, %q", args, err, &errs)
		}
	}
}
