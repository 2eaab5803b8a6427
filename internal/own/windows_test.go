package own_test

import (
	"time"

	windowing "github.com/edo-go/edo/stream/window"
)

var windows = []row{
	{name: "window.ByClock", live: true, build: func(s *scene) subject {
		return items(s, windowing.ByClock(s.values(), windowing.Tumbling(hour), windowing.Collect[*item]()), -1, takeWindow)
	}},
	{name: "window.ByEvent", build: func(s *scene) subject {
		at := 0
		hours := func(*item) time.Time { at++; return time.Unix(int64(at)*3600, 0) }
		return items(s, windowing.ByEvent(s.values(), windowing.Tumbling(hour), hours, hour, windowing.Collect[*item]()), -1, takeWindow)
	}},
}

func takeWindow(w windowing.Window[[]*item]) { takeAll(w.Value) }
