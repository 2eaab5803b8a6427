package poller

import "testing"

func TestTableGrowsAndKeepsItsEntries(t *testing.T) {
	var table sourceTable
	get := func(fd int32) *Source {
		if entry := table.entry(fd); entry != nil {
			return entry.Load()
		}
		return nil
	}
	sources := map[int32]*Source{}
	for _, fd := range []int32{3, 511, 512, 100_000, 5000} {
		sources[fd] = &Source{fd: fd}
		table.set(fd, sources[fd])
	}
	for fd, s := range sources {
		if get(fd) != s {
			t.Errorf("descriptor %d has the wrong source", fd)
		}
	}
	for _, fd := range []int32{-1, 0, 4, 513, 50_000, 1 << 30} {
		if get(fd) != nil {
			t.Errorf("descriptor %d has a source", fd)
		}
	}
	n := 0
	table.forEach(func(s *Source) { n++ })
	if n != len(sources) {
		t.Errorf("%d sources, want %d", n, len(sources))
	}
	table.clear(512)
	if get(512) != nil {
		t.Error("a cleared entry is still there")
	}
}
