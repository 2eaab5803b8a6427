package demo

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEverySentByteIsCounted(t *testing.T) {
	var out, errs bytes.Buffer
	if status := Run([]string{"--connections", "50", "--for", "300ms", "-workers", "2"}, &out, &errs); status != 0 || errs.Len() > 0 {
		t.Fatalf("status %d\n%s%s", status, out.String(), errs.String())
	}
	row := map[string]string{}
	for _, line := range strings.Split(out.String(), "\n") {
		if len(line) >= 30 {
			row[strings.TrimSpace(line[:15])] = strings.TrimSpace(line[15:])
		}
	}
	if row["connections"] != "50  of 50" || !strings.HasSuffix(row["bytes counted"], "  equal") {
		t.Errorf("the table is\n%s", out.String())
	}
	sent := row["bytes sent"]
	if sent == "0" || sent == "" || row["bytes counted"] != sent+"  equal" {
		t.Errorf("the table is\n%s", out.String())
	}
	if strings.HasPrefix(row["pings"], "0 ") || strings.ContainsRune(out.String(), '\r') {
		t.Errorf("no pings, or a line for a terminal:\n%q", out.String())
	}
}

func TestBytesThatAreNotCountedAreAFailure(t *testing.T) {
	var out bytes.Buffer
	d := &demo{out: &out, took: time.Second}
	d.sent.Store(10)
	d.counted.Store(9)
	if status := d.table(); status != 1 || !strings.Contains(out.String(), "NOT EQUAL") {
		t.Errorf("status %d\n%s", status, out.String())
	}
}

func TestImpossibleFlagsAreMisuse(t *testing.T) {
	for args, want := range map[string]string{
		"--connections 0":         "--connections is 0: use at least 1",
		"--connections -5":        "use at least 1",
		"--connections 100000000": "100000000 connections need 200000050 descriptors, and the limit is ",
		"--for 0s":                "use a time such as 5s",
		"--for 5":                 "use a time such as 5s",
		"--workers -1":            "--workers is -1",
		"--bogus":                 "-bogus",
		"now":                     `"now"`,
	} {
		var out, errs bytes.Buffer
		if status := Run(strings.Fields(args), &out, &errs); status != 2 || !strings.Contains(errs.String(), want) || out.Len() > 0 {
			t.Errorf("%s: status %d, errors %q", args, status, errs.String())
		}
	}
}

func TestAnAddressInUseIsAnErrorThatSaysWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var out, errs bytes.Buffer
	status := Run([]string{"--listen", l.Addr().String()}, &out, &errs)
	if status != 1 || out.Len() > 0 {
		t.Errorf("status %d, out %q", status, out.String())
	}
	for _, want := range []string{l.Addr().String(), "address already in use", "--listen"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is missing in: %s", want, errs.String())
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	var out, errs bytes.Buffer
	if status := Run([]string{"--help"}, &out, &errs); status != 0 || errs.Len() > 0 || !strings.Contains(out.String(), "--connections number") {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
}

func TestQuantilesAreThoseOfTheSortedListWithinABucket(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var h histogram
	var all []time.Duration
	for range 10000 {
		d := time.Duration(rng.Int64N(1 << (1 + rng.IntN(50))))
		all = append(all, d)
		h.add(d)
	}
	slices.Sort(all)
	if h.count() != 10000 {
		t.Fatalf("%d were counted", h.count())
	}
	for _, q := range []float64{0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1} {
		want := all[int(q*10000)-1]
		if got := h.quantile(q); got < want || float64(got) > float64(want)*(1+1.0/16)+1 {
			t.Errorf("%v: got %d, wanted %d", q, got, want)
		}
	}
}

func TestEveryDurationHasItsBucket(t *testing.T) {
	for i := range len(histogram{}.buckets) - 1 {
		if first, last := start(i), start(i+1)-1; first > last || bucket(first) != i || bucket(last) != i {
			t.Fatalf("bucket %d is from %d to %d", i, first, last)
		}
	}
	if got, most := bucket(1<<64-1), len(histogram{}.buckets)-1; got != most {
		t.Errorf("the longest is in bucket %d of %d", got, most)
	}
	var h histogram
	if h.quantile(0.5) != 0 {
		t.Error("an empty histogram has a median")
	}
	h.add(-1)
	if h.count() != 1 || h.quantile(1) != 0 {
		t.Error("a negative duration is not zero")
	}
}

func TestThousandsAreSeparated(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12345678: "12,345,678"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if got := fmt.Sprint(roundDuration(12345), roundDuration(123456), roundDuration(12345678)); got != "12µs 123µs 12.35ms" {
		t.Error(got)
	}
}
