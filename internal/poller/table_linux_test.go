package poller

import "testing"

func TestTableGrowsAndKeepsWhatItHas(t *testing.T) {
	var tab table
	sources := map[int32]*Source{}
	for _, fd := range []int32{3, 511, 512, 100_000, 5000} {
		sources[fd] = &Source{fd: fd}
		tab.put(fd, sources[fd])
	}
	for fd, s := range sources {
		if tab.get(fd) != s {
			t.Errorf("descriptor %d has the wrong source", fd)
		}
	}
	for _, fd := range []int32{-1, 0, 4, 513, 50_000, 1 << 30} {
		if tab.get(fd) != nil {
			t.Errorf("descriptor %d has a source", fd)
		}
	}
	n := 0
	tab.all(func(s *Source) { n++ })
	if n != len(sources) {
		t.Errorf("%d sources, want %d", n, len(sources))
	}
	tab.clear(512)
	if tab.get(512) != nil {
		t.Error("a cleared entry is there still")
	}
}
