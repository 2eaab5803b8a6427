package stream_test

import (
	"strings"
	"time"

	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/window"
)

// byClock is the windows of a picture: each is its items in brackets, at its end.
func byClock(in stream.Stream[string], shape window.Shape) stream.Stream[string] {
	return brackets(window.ByClock(in, shape, window.Collect[string]()))
}

func brackets(s stream.Stream[window.Window[[]string]]) stream.Stream[string] {
	return stream.Map(s, func(w window.Window[[]string]) string { return "[" + strings.Join(w.Value, "") + "]" })
}

// windowMarbles are the pictures of package window.
var windowMarbles = []marble{
	{name: "Tumbling", names: []string{"s"}, ins: []string{"12-3-----4--5-----|"}, out: "-----[123][4]--[5]|", op: func(in streams) stream.Stream[string] {
		return byClock(in[0], window.Tumbling(5*column))
	}},
	{name: "Sliding", names: []string{"s"}, ins: []string{"1----2----------3-------|"}, out: "-----[1]--[12]-[2]--[3]-([3]|)", op: func(in streams) stream.Stream[string] {
		return byClock(in[0], window.Sliding(10*column, 5*column))
	}},
	{name: "Session", names: []string{"s"}, ins: []string{"1-2-3---------4--5--------|"}, out: "--------[123]--------[45]-|", op: func(in streams) stream.Stream[string] {
		return byClock(in[0], window.Session(4*column))
	}},
	{name: "ByClock", names: []string{"s"}, ins: []string{"1-2--#-3-------4-|"}, out: "-----#----[123]--([4]|)", op: func(in streams) stream.Stream[string] {
		return byClock(in[0], window.Tumbling(10*column))
	}},
	// An item is its time in columns, and windows have four: 0 to 3, 4 to 7.
	{name: "ByEvent", names: []string{"s"}, ins: []string{"1--3--2--7-----0--4--9--|"}, out: "---------[132]-#--------([74][9]|)", op: func(in streams) stream.Stream[string] {
		at := func(v string) time.Time { return time.Unix(0, int64(v[0]-'0')*int64(column)) }
		return brackets(window.ByEvent(in[0], window.Tumbling(4*column), at, 2*column, window.Collect[string]()))
	}},
}
