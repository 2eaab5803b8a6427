package cron

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	parser "github.com/netresearch/go-cron"
)

// Schedule is a set of times, by a wall clock. It does not change: any goroutine may use it.
type Schedule struct {
	text   string
	zone   *time.Location
	spec   *parser.SpecSchedule // of the wall clock, which it takes for UTC
	hourly bool                 // its hours are all
}

// A ParseError says what is wrong with an expression.
type ParseError struct {
	Expr  string // the expression
	Field string // the name of the field, such as "minute"; "": it is the whole
	Text  string // the text of the field
	Err   error
}

// Error names the field, and what it may be.
func (e *ParseError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("cron: %q: %v", e.Expr, e.Err)
	}
	return fmt.Sprintf("cron: %q: the %s %q: %v", e.Expr, e.Field, e.Text, e.Err)
}

// Unwrap returns what is wrong.
func (e *ParseError) Unwrap() error { return e.Err }

// field is one of the fields of an expression.
type field struct {
	name   string
	allows string
	parser parser.Parser // of that field alone
}

// extensions are the forms of the fields for days that Unix does not have.
const extensions = parser.Extended

var fields = []field{
	{"second", "0-59", parser.MustNewParser(parser.Second)},
	{"minute", "0-59", parser.MustNewParser(parser.Minute)},
	{"hour", "0-23", parser.MustNewParser(parser.Hour)},
	{"day of month", "1-31, L, L-3, 15W or LW", parser.MustNewParser(parser.Dom | extensions)},
	{"month", "1-12 or JAN-DEC", parser.MustNewParser(parser.Month)},
	{"day of week", "0-7, SUN-SAT, FRI#3 or FRI#L", parser.MustNewParser(parser.Dow | extensions)},
}

var whole = parser.MustNewParser(parser.SecondOptional | parser.Minute | parser.Hour | parser.Dom | parser.Month | parser.Dow |
	parser.Descriptor | parser.DowOrDom | extensions).WithMaxSearchYears(searchYears)

// searchYears is how far the next time of a schedule may be: 29 February is a Monday once in 40 years,
// about a year such as 2100.
const searchYears = 41

var (
	errNever  = errors.New("there is no such day")
	errEvery  = errors.New("a time between ticks needs no calendar: use timer.NewInterval")
	errFields = errors.New("an expression has five fields, minute, hour, day of month, month and day of week, or the second in front of them")
	errItem   = errors.New("a part of the list is empty")
	errSign   = errors.New("a number has no sign")
)

// Parse returns the schedule of an expression, whose times are those of a wall clock in zone; nil is UTC.
// An expression that begins with "TZ=Europe/Berlin " or "CRON_TZ=Europe/Berlin " has a zone of its own.
// The error is a [*ParseError].
func Parse(expr string, zone *time.Location) (*Schedule, error) {
	if zone == nil {
		zone = time.UTC
	}
	if err := check(expr); err != nil {
		return nil, err
	}
	parsed, err := whole.Parse(expr)
	if err != nil {
		return nil, &ParseError{Expr: expr, Err: err}
	}
	spec, ok := parsed.(*parser.SpecSchedule)
	if !ok {
		return nil, &ParseError{Expr: expr, Err: errEvery}
	}
	if hasZone(expr) {
		zone = spec.Location
	}
	spec.Location = time.UTC
	s := &Schedule{text: expr, zone: zone, spec: spec, hourly: spec.Hour&allHours == allHours}
	if s.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, &ParseError{Expr: expr, Err: errNever}
	}
	return s, nil
}

const allHours = 1<<24 - 1

func hasZone(expr string) bool {
	return strings.HasPrefix(expr, "TZ=") || strings.HasPrefix(expr, "CRON_TZ=")
}

// check finds the field that is wrong. The parser of the whole expression does not name it, and lets
// some mistakes pass.
func check(expr string) error {
	words := strings.Fields(expr)
	if hasZone(expr) {
		words = words[1:]
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "@") {
		return nil
	}
	if len(words) != len(fields) && len(words) != len(fields)-1 {
		return &ParseError{Expr: expr, Err: errFields}
	}
	for i, word := range words {
		f := fields[i+len(fields)-len(words)]
		_, err := f.parser.Parse(word)
		switch {
		case strings.Contains(","+word+",", ",,"):
			err = errItem
		case strings.Contains(word, "+"):
			err = errSign
		case err != nil:
			err = fmt.Errorf("it is *, %s, a range, a step or a list of these: %w", f.allows, err)
		}
		if err != nil {
			return &ParseError{Expr: expr, Field: f.name, Text: word, Err: err}
		}
	}
	return nil
}

// MustParse is [Parse] for an expression in the source of a program. It panics with the error.
func MustParse(expr string, zone *time.Location) *Schedule {
	s, err := Parse(expr, zone)
	if err != nil {
		panic(err)
	}
	return s
}

// String returns the expression.
func (s *Schedule) String() string { return s.text }

// Zone returns the time zone.
func (s *Schedule) Zone() *time.Location { return s.zone }

// After returns the times after t, in order. They have no end: leave the loop.
func (s *Schedule) After(t time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for t := s.Next(t); !t.IsZero() && yield(t); t = s.Next(t) {
		}
	}
}
