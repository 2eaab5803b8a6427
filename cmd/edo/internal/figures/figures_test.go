package figures

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestQuantilesAreThoseOfTheSortedListWithinABucket(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var h Histogram
	var all []time.Duration
	for range 10000 {
		d := time.Duration(rng.Int64N(1 << (1 + rng.IntN(50))))
		all = append(all, d)
		h.Add(d)
	}
	slices.Sort(all)
	if h.Count() != 10000 {
		t.Fatalf("%d were counted", h.Count())
	}
	for _, q := range []float64{0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1} {
		want := all[int(q*10000)-1]
		if got := h.Quantile(q); got < want || float64(got) > float64(want)*(1+1.0/16)+1 {
			t.Errorf("%v: got %d, wanted %d", q, got, want)
		}
	}
}

func TestEveryDurationHasItsBucket(t *testing.T) {
	for i := range len(Histogram{}.buckets) - 1 {
		if first, last := start(i), start(i+1)-1; first > last || bucket(first) != i || bucket(last) != i {
			t.Fatalf("bucket %d is from %d to %d", i, first, last)
		}
	}
	if got, most := bucket(1<<64-1), len(Histogram{}.buckets)-1; got != most {
		t.Errorf("the longest is in bucket %d of %d", got, most)
	}
	var h Histogram
	if h.Quantile(0.5) != 0 {
		t.Error("an empty histogram has a median")
	}
	h.Add(-1)
	if h.Count() != 1 || h.Quantile(1) != 0 {
		t.Error("a negative duration is not zero")
	}
}

func TestThousandsAreSeparated(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12345678: "12,345,678"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if got := fmt.Sprint(Round(12345), Round(123456), Round(12345678)); got != "12µs 123µs 12.35ms" {
		t.Error(got)
	}
}

func TestAHistogramGoesThroughJSONAndAddsUp(t *testing.T) {
	var a, b, both Histogram
	for i := range 1000 {
		d := time.Duration(1) << (i % 60)
		both.Add(d)
		if i%3 == 0 {
			a.Add(d)
		} else {
			b.Add(d)
		}
	}
	text, err := json.Marshal(&b)
	if err != nil {
		t.Fatal(err)
	}
	var sum Histogram
	if err := json.Unmarshal(text, &sum); err != nil {
		t.Fatal(err)
	}
	sum.Merge(&a)
	for i := range both.buckets {
		if got, want := sum.buckets[i].Load(), both.buckets[i].Load(); got != want {
			t.Fatalf("bucket %d has %d instead of %d", i, got, want)
		}
	}
	if err := json.Unmarshal([]byte(`{"976":1}`), &sum); err == nil {
		t.Error("a bucket that does not exist was accepted")
	}
}

func TestFilesAndTheNullDeviceAreNoTerminals(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, w := range []io.Writer{null, file, io.Discard} {
		if IsTerminal(w) {
			t.Errorf("%T %v is taken for a terminal", w, w)
		}
	}
}
