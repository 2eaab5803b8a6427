package cron_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, whatever the machine has

	"github.com/edo-go/edo/timer/cron"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// times returns the first n times after a time, which is on the clock of the zone, as text.
func times(t *testing.T, n int, expr, zoneName, after string) []string {
	t.Helper()
	z := zone(t, zoneName)
	s, err := cron.Parse(expr, z)
	if err != nil {
		t.Fatal(err)
	}
	begin, err := time.ParseInLocation(time.DateTime, after, z)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for at := range s.After(begin) {
		all = append(all, at.Format("2006-01-02 15:04:05 -0700"))
		if len(all) == n {
			break
		}
	}
	return all
}

func TestAnExpressionHasTheTimesThatItsFieldsSay(t *testing.T) {
	for _, c := range []struct{ expr, after, want string }{
		{"* * * * *", "2026-01-31 23:58:30", "2026-01-31 23:59:00, 2026-02-01 00:00:00"},
		{"* * * * *", "2026-01-31 23:58:00", "2026-01-31 23:59:00, 2026-02-01 00:00:00"},
		{"30 */5 * * * *", "2026-01-01 00:00:00", "2026-01-01 00:00:30, 2026-01-01 00:05:30"},
		{"0 6 * * MON-FRI", "2026-11-27 06:00:00", "2026-11-30 06:00:00, 2026-12-01 06:00:00"},
		{"0 0 * * 7", "2026-11-28 00:00:00", "2026-11-29 00:00:00, 2026-12-06 00:00:00"},
		{"0 0 13 * FRI", "2026-11-06 00:00:00", "2026-11-13 00:00:00, 2026-11-20 00:00:00"},
		{"0 0 10 * FRI", "2026-11-06 00:00:00", "2026-11-10 00:00:00, 2026-11-13 00:00:00"},
		{"0 0 29 2 *", "2096-03-01 00:00:00", "2104-02-29 00:00:00, 2108-02-29 00:00:00"},
		{"0 0 * 2 MON#5", "2072-03-01 00:00:00", "2112-02-29 00:00:00, 2140-02-29 00:00:00"},
		{"0 0 L * *", "2026-01-31 00:00:00", "2026-02-28 00:00:00, 2026-03-31 00:00:00"},
		{"0 0 15W * *", "2026-08-01 00:00:00", "2026-08-14 00:00:00, 2026-09-15 00:00:00"},
		{"0 0 * * FRI#L", "2026-11-01 00:00:00", "2026-11-27 00:00:00, 2026-12-25 00:00:00"},
		{"0 22-2/2 * * *", "2026-01-01 12:00:00", "2026-01-01 22:00:00, 2026-01-02 00:00:00"},
		{"5,35 9 * jan,jul *", "2026-01-31 09:05:00", "2026-01-31 09:35:00, 2026-07-01 09:05:00"},
		{"@hourly", "2026-01-01 00:00:00", "2026-01-01 01:00:00, 2026-01-01 02:00:00"},
		{"@weekly", "2026-01-01 00:00:00", "2026-01-04 00:00:00, 2026-01-11 00:00:00"},
		{"@yearly", "2026-01-01 00:00:00", "2027-01-01 00:00:00, 2028-01-01 00:00:00"},
	} {
		got := strings.ReplaceAll(strings.Join(times(t, 2, c.expr, "UTC", c.after), ", "), " +0000", "")
		if got != c.want {
			t.Errorf("%s after %s: %s, want %s", c.expr, c.after, got, c.want)
		}
	}
}

func TestAnExpressionMayNameItsZone(t *testing.T) {
	for expr, want := range map[string]string{
		"TZ=Asia/Tokyo 0 6 * * *":            "2026-01-01 06:00:00 +0900 JST",
		"CRON_TZ=America/New_York 0 6 * * *": "2026-01-01 06:00:00 -0500 EST",
		"0 6 * * *":                          "2026-01-01 06:00:00 +0000 UTC",
	} {
		s, err := cron.Parse(expr, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(time.Date(2025, 12, 31, 12, 0, 0, 0, time.UTC)).String(); got != want || s.String() != expr {
			t.Errorf("%v: %s, want %s", s, got, want)
		}
	}
}

func TestABadExpressionIsAnErrorThatNamesTheField(t *testing.T) {
	for expr, want := range map[string]string{
		"":                                       "five fields",
		"* * * *":                                "five fields",
		"* * * * * * *":                          "five fields",
		"TZ=UTC":                                 "five fields",
		"61 * * * *":                             `the minute "61": it is *, 0-59`,
		"* 24 * * *":                             `the hour "24": it is *, 0-23`,
		"* * 0 * *":                              `the day of month "0"`,
		"* * 32 * *":                             `the day of month "32"`,
		"* * L-40 * *":                           `the day of month "L-40"`,
		"* * * 13 *":                             `the month "13": it is *, 1-12`,
		"* * * foo *":                            `the month "foo"`,
		"* * * * 8":                              `the day of week "8"`,
		"* * * * FRI#6":                          `the day of week "FRI#6"`,
		"60 * * * * *":                           `the second "60"`,
		"1,,2 * * * *":                           `the minute "1,,2": a part of the list is empty`,
		", * * * *":                              `the minute ",": a part of the list is empty`,
		"+1 * * * *":                             `the minute "+1": a number has no sign`,
		"*/0 * * * *":                            `the minute "*/0"`,
		"1/2/3 * * * *":                          `the minute "1/2/3"`,
		"H * * * *":                              `the minute "H"`,
		"0 0 30 2 *":                             "no such day",
		"0 0 31 4,6,9,11 *":                      "no such day",
		"@reboot":                                "@reboot",
		"@every 90s":                             "timer.NewInterval",
		"TZ=Mars/Base 0 0 * * *":                 "Mars/Base",
		strings.Repeat("1,", 2000) + "1 * * * *": "too long",
	} {
		s, err := cron.Parse(expr, nil)
		var parse *cron.ParseError
		if !errors.As(err, &parse) || s != nil || parse.Expr != expr || !strings.HasPrefix(err.Error(), fmt.Sprintf("cron: %q: ", expr)) ||
			!strings.Contains(err.Error(), want) || errors.Unwrap(err) == nil {
			t.Errorf("%.40q: %v, want %s", expr, err, want)
		}
	}
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "five fields") {
			t.Errorf("MustParse panics with %v", err)
		}
	}()
	cron.MustParse("x", nil)
}

// Each change of the clock: an hour, half of an hour, at midnight, a whole day.
func TestTimesAtAChangeOfTheClock(t *testing.T) {
	for _, c := range []struct {
		expr, zone, after string
		want              []string
	}{
		// In the gap, once, and right behind it.
		{"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00:00", []string{"2026-03-29 03:00:00 +0200", "2026-03-30 02:30:00 +0200"}},
		{"*/10 2 * * *", "Europe/Berlin", "2026-03-29 00:00:00", []string{"2026-03-29 03:00:00 +0200", "2026-03-30 02:00:00 +0200"}},
		{"0 2,3 * * *", "Europe/Berlin", "2026-03-29 00:00:00", []string{"2026-03-29 03:00:00 +0200", "2026-03-30 02:00:00 +0200"}},
		{"0 3 * * *", "Europe/Berlin", "2026-03-29 00:00:00", []string{"2026-03-29 03:00:00 +0200", "2026-03-30 03:00:00 +0200"}},
		{"30 2 * * *", "America/New_York", "2026-03-08 00:00:00", []string{"2026-03-08 03:00:00 -0400", "2026-03-09 02:30:00 -0400"}},
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-04 00:00:00", []string{"2026-10-04 02:30:00 +1100", "2026-10-05 02:15:00 +1100"}},
		{"0 0 * * *", "America/Sao_Paulo", "2018-11-03 12:00:00", []string{"2018-11-04 01:00:00 -0200", "2018-11-05 00:00:00 -0200"}},
		{"0 12 30 12 *", "Pacific/Apia", "2011-12-01 00:00:00", []string{"2011-12-31 00:00:00 +1400", "2012-12-30 12:00:00 +1400"}},
		// Twice, the first one.
		{"30 2 * * *", "Europe/Berlin", "2026-10-24 12:00:00", []string{"2026-10-25 02:30:00 +0200", "2026-10-26 02:30:00 +0100"}},
		{"*/30 2 * * *", "Europe/Berlin", "2026-10-25 00:00:00", []string{"2026-10-25 02:00:00 +0200", "2026-10-25 02:30:00 +0200", "2026-10-26 02:00:00 +0100"}},
		{"0 1 * * *", "America/New_York", "2026-11-01 00:00:00", []string{"2026-11-01 01:00:00 -0400", "2026-11-02 01:00:00 -0500"}},
		{"0 3 * * *", "Europe/Berlin", "2026-10-25 00:00:00", []string{"2026-10-25 03:00:00 +0100", "2026-10-26 03:00:00 +0100"}},
		// Each hour that really passes.
		{"30 * * * *", "Europe/Berlin", "2026-03-29 01:00:00", []string{"2026-03-29 01:30:00 +0100", "2026-03-29 03:30:00 +0200", "2026-03-29 04:30:00 +0200"}},
		{"30 * * * *", "Europe/Berlin", "2026-10-25 01:00:00", []string{"2026-10-25 01:30:00 +0200", "2026-10-25 02:30:00 +0200", "2026-10-25 02:30:00 +0100", "2026-10-25 03:30:00 +0100"}},
		{"30 * * * *", "Asia/Kathmandu", "2026-10-25 01:00:00", []string{"2026-10-25 01:30:00 +0545", "2026-10-25 02:30:00 +0545"}},
		// Far away, behind many changes.
		{"30 2 29 2 *", "Europe/Berlin", "2096-03-01 00:00:00", []string{"2104-02-29 02:30:00 +0100"}},
	} {
		if got := times(t, len(c.want), c.expr, c.zone, c.after); !slices.Equal(got, c.want) {
			t.Errorf("%s in %s after %s:\n%q, want\n%q", c.expr, c.zone, c.after, got, c.want)
		}
	}
}

// set is a random field: its text, and its values.
func set(r *rand.Rand, from, to int) (text string, values map[int]bool) {
	values = map[int]bool{}
	if r.IntN(3) == 0 {
		for v := from; v <= to; v++ {
			values[v] = true
		}
		return "*", values
	}
	var parts []string
	for range 1 + r.IntN(4) {
		v := from + r.IntN(to-from+1)
		values[v] = true
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, ","), values
}

// naive returns the times of a schedule between two times by looking at each minute that passes.
func naive(begin, end time.Time, hourly bool, matches func(wall time.Time) bool) (all []time.Time) {
	wallOf := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	}
	shown := map[time.Time]bool{}
	last := wallOf(begin.Add(-time.Minute))
	for t := begin; t.Before(end); t = t.Add(time.Minute) {
		wall := wallOf(t)
		isDue := matches(wall) && (hourly || !shown[wall])
		for skipped := last.Add(time.Minute); skipped.Before(wall); skipped = skipped.Add(time.Minute) {
			isDue = isDue || !hourly && matches(skipped)
		}
		shown[wall] = true
		last = wall
		if isDue {
			all = append(all, t)
		}
	}
	return all
}

func TestRandomSchedulesHaveTheTimesOfANaiveClockThroughEachChange(t *testing.T) {
	changes := []struct{ zone, begin string }{
		{"Europe/Berlin", "2026-03-28 00:00:00"}, {"Europe/Berlin", "2026-10-24 00:00:00"},
		{"America/New_York", "2026-03-07 00:00:00"}, {"America/New_York", "2026-10-31 00:00:00"},
		{"Australia/Lord_Howe", "2026-10-03 00:00:00"}, {"Australia/Lord_Howe", "2026-04-04 00:00:00"},
		{"America/Sao_Paulo", "2018-11-03 00:00:00"}, {"America/Sao_Paulo", "2018-02-17 00:00:00"},
		{"Pacific/Apia", "2011-12-28 00:00:00"}, {"Asia/Kathmandu", "2026-01-30 00:00:00"},
		{"Africa/Casablanca", "2026-02-14 00:00:00"}, {"Antarctica/Troll", "2026-03-28 00:00:00"}, {"Antarctica/Troll", "2026-10-24 00:00:00"},
	}
	for seed := range uint64(len(changes) * 15) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := changes[seed%uint64(len(changes))]
		z := zone(t, c.zone)
		begin, _ := time.ParseInLocation(time.DateTime, c.begin, z)
		end := begin.Add(100 * time.Hour)
		minute, minutes := set(r, 0, 59)
		hour, hours := set(r, 0, 23)
		if r.IntN(2) == 0 {
			hour = fmt.Sprint(r.IntN(5))
			h := 0
			fmt.Sscan(hour, &h)
			hours = map[int]bool{h: true}
		}
		dom, doms := set(r, 1, 31)
		dow, dows := set(r, 0, 6)
		expr := strings.Join([]string{minute, hour, dom, "*", dow}, " ")
		s, err := cron.Parse(expr, z)
		if err != nil {
			t.Fatal(err)
		}
		want := naive(begin, end, len(hours) == 24, func(w time.Time) bool {
			isDay := doms[w.Day()] && dows[int(w.Weekday())]
			if dom != "*" && dow != "*" {
				isDay = doms[w.Day()] || dows[int(w.Weekday())]
			}
			return minutes[w.Minute()] && hours[w.Hour()] && isDay
		})
		var got []time.Time
		for at := range s.After(begin.Add(-time.Second)) {
			if !at.Before(end) {
				break
			}
			got = append(got, at)
		}
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("seed %d: %s in %s:\n%v, want\n%v", seed, expr, c.zone, got, want)
		}
		// Next is the same from between two times.
		for range 20 {
			from := begin.Add(time.Duration(r.Int64N(int64(90 * time.Hour))))
			i := slices.IndexFunc(want, func(w time.Time) bool { return w.After(from) })
			if next := s.Next(from); i >= 0 && !next.Equal(want[i]) || i < 0 && next.Before(end) {
				t.Fatalf("seed %d: %s in %s: %v after %v", seed, expr, c.zone, next, from)
			}
		}
	}
}
