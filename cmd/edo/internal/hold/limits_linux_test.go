package hold

import (
	"os"
	"path/filepath"
	"testing"
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
