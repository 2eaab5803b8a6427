package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// A machine is what the numbers were measured on.
type machine struct {
	Go         string `json:"go"`
	GOMAXPROCS int    `json:"gomaxprocs"`
	Processor  string `json:"cpu"`
	CPUs       int    `json:"cpus"`
	OS         string `json:"os"`
}

func thisMachine(workers int) machine {
	return machine{
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

// processor returns the name of the processor, where the system tells.
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

// kernel returns the release of the kernel, where the system tells.
func kernel() string {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return ""
	}
	return " " + strings.TrimSpace(string(text))
}
