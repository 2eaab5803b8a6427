package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestWhatAMachineCannotHoldIsSaid(t *testing.T) {
	plenty := room{descriptors: 19_900, files: 1 << 40, memory: 1 << 36}
	for _, c := range []struct {
		room  room
		conns int
		want  string
	}{
		{plenty, 100_000, ""},
		{room{descriptors: 19_900}, 100_000, ""}, // what is unknown is no obstacle
		{room{descriptors: 924, files: 1 << 40, memory: 1 << 36}, 10_000, ""},
		{room{descriptors: 924, files: 1 << 40, memory: 1 << 36}, 100_000, "a process has 924 descriptors here, and 6350 are needed (ulimit -Hn)"},
		{room{descriptors: 19_900, files: 200_000, memory: 1 << 36}, 100_000, "the machine has 200000 files left, and 210000 are needed (sysctl fs.file-max)"},
		{room{descriptors: 19_900, files: 1 << 40, memory: 1 << 30}, 100_000, "1024 MB of memory are free, and 2539 MB are needed"},
		{room{descriptors: 19_900, files: 1 << 40, memory: 1 << 30}, 10_000, ""},
	} {
		if got := c.room.lacks(c.conns); got != c.want {
			t.Errorf("%+v for %d: %q instead of %q", c.room, c.conns, got, c.want)
		}
	}
}

func TestRowThatDoesNotFitIsLeftOutInOneLine(t *testing.T) {
	o := tiny(t, "-only", "^conns_100/", "-rounds", "2", "-peers", "none")
	var messages bytes.Buffer
	measured := 0
	small := room{descriptors: 1}
	if !measureWithin(t.Context(), o, &peerPrograms{}, small, &messages, func(result) { measured++ }) {
		t.Error("that counts as a failure")
	}
	if measured > 0 || strings.Count(messages.String(), "conns_100 is left out: ") != 1 || strings.Count(messages.String(), "\n") != 1 {
		t.Errorf("%d were measured: %s", measured, messages.String())
	}
}
