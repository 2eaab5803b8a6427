package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// What a number of connections takes at the most: a process has a limit of descriptors, so that many
// connections need several servers and clients; the kernel has buffers for both ends of each.
const (
	spareDescriptors = 100 // that a process needs besides its connections

	mostServers   = 16
	kernelPerConn = 12 << 10 // bytes, of both ends
	serverPerConn = 14 << 10 // bytes, of the largest server
)

// room is what this machine has for connections. 0 stands for a limit that is unknown.
type room struct {
	descriptors int   // of a process
	files       int64 // that may be open on the machine besides those that are
	memory      int64 // bytes
}

// theRoom returns the room of this machine.
func theRoom() room {
	r := room{descriptors: descriptors()}
	if text, err := os.ReadFile("/proc/sys/fs/file-nr"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) == 3 {
			open, _ := strconv.ParseInt(fields[0], 10, 64)
			limit, _ := strconv.ParseUint(fields[2], 10, 64)
			r.files = int64(min(limit, 1<<62)) - open
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "MemAvailable:" {
				kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
				r.memory = kilobytes << 10
			}
		}
	}
	return r
}

// lacks says what so many connections need and r does not have, or "".
func (r room) lacks(conns int) string {
	if conns == 0 {
		return ""
	}
	n := int64(conns)
	if servers := len(split(conns, r.descriptors)); servers > mostServers {
		return fmt.Sprintf("a process has %d descriptors here, and %d are needed (ulimit -Hn)", r.descriptors, (conns+mostServers-1)/mostServers+spareDescriptors)
	}
	if r.files > 0 && r.files < 2*n+10_000 {
		return fmt.Sprintf("the machine has %d files left, and %d are needed (sysctl fs.file-max)", r.files, 2*n+10_000)
	}
	if need := n * (kernelPerConn + serverPerConn); r.memory > 0 && r.memory < need {
		return fmt.Sprintf("%d MB of memory are free, and %d MB are needed", r.memory>>20, need>>20)
	}
	return ""
}
