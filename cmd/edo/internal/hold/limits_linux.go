package hold

import (
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// readLimits adds what only Linux tells. A file that is missing leaves its number 0: older
// kernels, and containers that hide it.
func (l *limits) readLimits() {
	l.shared = true
	l.ceiling = number("/proc/sys/fs/nr_open")
	l.files = number("/proc/sys/fs/file-max")
	l.filesOpen = number("/proc/sys/fs/file-nr")
	l.backlog = number("/proc/sys/net/core/somaxconn")
	l.tracked = number("/proc/sys/net/netfilter/nf_conntrack_count")
	l.trackable = number("/proc/sys/net/netfilter/nf_conntrack_max")
	l.watches = number("/proc/sys/fs/epoll/max_user_watches")
	l.memory = memoryInfo("MemAvailable")
	l.group = groupMemory("/proc/self/cgroup", "/sys/fs/cgroup")
	if f := strings.Fields(contents("/proc/sys/net/ipv4/ip_local_port_range")); len(f) == 2 {
		l.firstPort, l.lastPort = parse(f[0]), parse(f[1])
	}
}

// kernelMemory returns the bytes that the kernel's own objects take, of all processes.
func kernelMemory() int64 { return memoryInfo("Slab") }

// overflows returns how many clients have met the full queue of a listener so far, on the machine.
func overflows() int64 { return counter(contents("/proc/net/netstat"), "TcpExt:", "ListenOverflows") }

// counter returns a number of a text that has two lines for each group: names and numbers.
func counter(text, group, name string) int64 {
	var names []string
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] != group:
		case names == nil:
			names = f
		default:
			if i := slices.Index(names, name); i > 0 && i < len(f) {
				return parse(f[i])
			}
			return 0
		}
	}
	return 0
}

// resident returns the bytes of memory that this process occupies.
func resident() int64 {
	f := strings.Fields(contents("/proc/self/statm"))
	if len(f) < 2 {
		return 0
	}
	return parse(f[1]) * int64(os.Getpagesize())
}

// memoryInfo returns one value of /proc/meminfo, in bytes.
func memoryInfo(key string) int64 { return field("/proc/meminfo", key+":") << 10 }

// field returns the number that follows a word at the start of a line, or 0.
func field(name, key string) int64 {
	for line := range strings.Lines(contents(name)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == key {
			return parse(f[1])
		}
	}
	return 0
}

// groupMemory returns how many bytes the control group of this process, and those around
// it, can still take, and 0 when none has a limit. Pages of files that were not used
// lately are not counted: the kernel gives them up. list is /proc/self/cgroup: lines of
// NUMBER:CONTROLLERS:PATH, without a controller in version 2.
func groupMemory(list, root string) (least int64) {
	for line := range strings.Lines(contents(list)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		dir, limit, used, cache := root, "memory.max", "memory.current", "inactive_file"
		if parts[1] == "memory" {
			dir, limit, used, cache = path.Join(root, "memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
		} else if parts[1] != "" {
			continue
		}
		// In a container the path may be that of the outside: then the root is the group.
		for group := parts[2]; ; group = path.Dir(group) {
			at := path.Join(dir, group)
			const none = 1 << 60 // version 1 writes a number close to 1<<63
			if most := number(path.Join(at, limit)); most > 0 && most < none {
				free := most - number(path.Join(at, used)) + field(path.Join(at, "memory.stat"), cache)
				if free = max(free, 1); least == 0 || free < least {
					least = free
				}
			}
			if group == "/" || group == "." {
				break
			}
		}
	}
	return least
}

// number returns the first number in a file, or 0.
func number(name string) int64 {
	f := strings.Fields(contents(name))
	if len(f) == 0 {
		return 0
	}
	return parse(f[0])
}

// parse returns a number, cut to what an int64 can have, and 0 for a word such as max.
func parse(text string) int64 {
	n, _ := strconv.ParseUint(text, 10, 64)
	return int64(min(n, 1<<62))
}

func contents(name string) string {
	text, _ := os.ReadFile(name)
	return string(text)
}
