package hold

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write writes files, named by their paths below a new folder, which it returns.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTheTightestControlGroupDecides(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"none": {map[string]string{"list": ""}, 0},
		"version 2, no limit": {map[string]string{
			"list": "0::/a\n", "a/memory.max": "max\n", "a/memory.current": "500\n"}, 0},
		"version 2, the outer one is tighter": {map[string]string{
			"list":         "0::/a/b\n",
			"a/memory.max": "1000\n", "a/memory.current": "900\n", "a/memory.stat": "anon 1\ninactive_file 50\n",
			"a/b/memory.max": "700\n", "a/b/memory.current": "400\n"}, 150},
		"version 2, in a container that sees the path of the outside": {map[string]string{
			"list": "0::/system.slice/x\n", "memory.max": "1000\n", "memory.current": "400\n"}, 600},
		"version 1": {map[string]string{
			"list":                           "9:cpu:/\n4:memory:/a\n0::/\n",
			"memory/memory.limit_in_bytes":   "9223372036854771712\n",
			"memory/memory.usage_in_bytes":   "1000\n",
			"memory/a/memory.limit_in_bytes": "5000\n",
			"memory/a/memory.usage_in_bytes": "3000\n",
			"memory/a/memory.stat":           "inactive_file 7\ntotal_inactive_file 1000\n"}, 3000},
		"full": {map[string]string{
			"list": "0::/a\n", "a/memory.max": "1000\n", "a/memory.current": "1000\n"}, 1},
	} {
		dir := write(t, c.files)
		if got := groupMemory(filepath.Join(dir, "list"), dir); got != c.want {
			t.Errorf("%s: %d bytes instead of %d", name, got, c.want)
		}
	}
}

func TestTheLimitsOfThisSystemAreRead(t *testing.T) {
	l := limitsOf(clientAddress(0))
	if l.ports() < 1 || l.lastPort > 65535 || l.memory <= 0 || l.files <= 0 || l.backlog <= 0 || l.descriptors <= 0 || l.addresses != mostAddresses {
		t.Errorf("the limits are %+v", l)
	}
	if resident() < 1<<20 || kernelMemory() <= 0 || processorTime() <= 0 {
		t.Errorf("resident %d, kernel %d, processor %v", resident(), kernelMemory(), processorTime())
	}
}

func TestTheCountersOfTheSystemAreRead(t *testing.T) {
	const text = "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 1 22 333\nIpExt: InNoRoutes\nIpExt: 4\n"
	for name, want := range map[string]int64{"SyncookiesSent": 1, "ListenOverflows": 22, "ListenDrops": 333, "InNoRoutes": 0, "TcpExt:": 0} {
		if got := counter(text, "TcpExt:", name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if got := counter("TcpExt: ListenOverflows\n", "TcpExt:", "ListenOverflows"); got != 0 {
		t.Errorf("without numbers: %d", got)
	}
	if !strings.Contains(contents("/proc/net/netstat"), " ListenOverflows ") {
		t.Error("this system does not count full queues")
	}
}

func TestAFullQueueIsARowOfTheTable(t *testing.T) {
	for _, n := range []int64{0, 1234} {
		var out strings.Builder
		h := &holder{out: &out, opened: merged(nil, nil), overflows: n, plan: plan{connections: 10}, opening: time.Second}
		h.table()
		if got := strings.Contains(out.String(), "queue full                   1,234  times"); got != (n > 0) {
			t.Errorf("%d: the row is there: %v\n%s", n, got, out.String())
		}
	}
}
