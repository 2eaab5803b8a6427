package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
)

// A machine describes the machine and the versions of a measurement.
type machine struct {
	Go         string `json:"go"`
	GOMAXPROCS int    `json:"gomaxprocs"`
	Processor  string `json:"cpu"`
	CPUs       int    `json:"cpus"`
	OS         string `json:"os"`

	Versions map[string]string `json:"versions,omitempty"` // of edo and the peers
}

// libraries are the modules that edo is compared with, by their names in -peers.
var libraries = map[string]string{
	"conc": "github.com/sourcegraph/conc", "errgroup": "golang.org/x/sync",
	"ants": "github.com/panjf2000/ants/v2", "pond": "github.com/alitto/pond/v2", "ro": "github.com/samber/ro",
	"netpoll": "github.com/cloudwego/netpoll", "gnet": "github.com/panjf2000/gnet/v2",
	"gorilla": "github.com/gorilla/websocket", "coder": "github.com/coder/websocket", "gobwas": "github.com/gobwas/ws",
	"nbio": "github.com/lesismal/nbio", "suture": "github.com/thejerf/suture/v4",
}

func thisMachine(workers int, programs *peerPrograms) machine {
	versions := maps.Clone(programs.versions)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			for name, path := range libraries {
				if module.Path == path {
					versions[name] = module.Version
				}
			}
		}
	}
	if commit := firstLineOf("git", "describe", "--always", "--dirty"); commit != "" {
		versions["edo"] = commit
	}
	return machine{
		Versions:   versions,
		Go:         runtime.Version(),
		GOMAXPROCS: workers,
		Processor:  processor(),
		CPUs:       runtime.NumCPU(),
		OS:         runtime.GOOS + "/" + runtime.GOARCH + kernel(),
	}
}

func (m machine) String() string {
	return fmt.Sprintf("%s, GOMAXPROCS=%d, %d × %s, %s", m.Go, m.GOMAXPROCS, m.CPUs, m.Processor, m.OS)
}

// merge adds the versions of o to m, if o is the same machine and has no other version of a
// peer. It reports whether it did: runs on one machine may have different peers.
func (m *machine) merge(o machine) bool {
	if m.String() != o.String() {
		return false
	}
	for name, version := range o.Versions {
		if have := m.Versions[name]; have != "" && have != version {
			return false
		}
	}
	if m.Versions == nil {
		m.Versions = make(map[string]string)
	}
	maps.Copy(m.Versions, o.Versions)
	return true
}

// peers lists edo and its peers with their versions, in the order of -peers.
func (m machine) peers() string {
	var list []string
	for _, name := range append([]string{"edo"}, members...) {
		if version := m.Versions[name]; version != "" {
			list = append(list, name+" "+version)
		}
	}
	return strings.Join(list, "; ")
}

// processor returns the name of the processor, if the system has it.
func processor() string {
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	if runtime.GOOS == "darwin" {
		if text, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
			return strings.TrimSpace(string(text))
		}
	}
	if name := os.Getenv("PROCESSOR_IDENTIFIER"); name != "" { // Windows
		return name
	}
	return "processor unknown"
}

// kernel returns the release of the kernel, if the system has it.
func kernel() string {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return ""
	}
	return " " + strings.TrimSpace(string(text))
}
