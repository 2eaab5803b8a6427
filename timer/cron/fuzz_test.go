package cron_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo/timer/cron"
)

// What can be parsed has times that grow, and that are found from any time.
func FuzzParse(f *testing.F) {
	for _, expr := range []string{"* * * * *", "*/5 9-17 * * MON-FRI", "0 30 2 29 2 *", "0 0 L * FRI#L", "@daily", "TZ=Europe/Berlin 30 2 * * *", "0 22-2/2 15W jan,jul ?"} {
		f.Add(expr, int64(1_774_742_400))
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, expr string, unix int64) {
		s, err := cron.Parse(expr, berlin)
		if err != nil {
			return
		}
		const years = 400 * 365 * 24 * 3600
		last := time.Unix(unix%years, 0)
		n := 0
		for at := range s.After(last) {
			if !at.After(last) {
				t.Fatalf("%q: %v is followed by %v", expr, last, at)
			}
			if early := s.Next(at.Add(-1)); !early.Equal(at) {
				t.Fatalf("%q: %v, but shortly before it is %v", expr, at, early)
			}
			last = at
			if n++; n == 5 {
				break
			}
		}
	})
}
