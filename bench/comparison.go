package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A comparison holds the results of one run, or of several.
type comparison struct {
	machines []machine
	results  map[string][]result // by workload/runtime/style
}

func (c *comparison) add(r result) {
	if c.results == nil {
		c.results = make(map[string][]result)
	}
	name := r.Workload + "/" + r.Runtime + "/" + r.Style
	c.results[name] = append(c.results[name], r)
}

func (c *comparison) of(w workload, v variant) []result { return c.results[v.name(w)] }

// readAll reads files with the output of -json. Several files add up to more rounds.
func readAll(names []string) (*comparison, error) {
	c := &comparison{}
	for _, name := range names {
		if err := c.read(name); err != nil {
			return nil, err
		}
	}
	if len(c.results) == 0 {
		return nil, fmt.Errorf("%s: there is no result", strings.Join(names, ", "))
	}
	return c, nil
}

func (c *comparison) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		var line struct {
			Machine *machine `json:"machine"`
			result
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, err)
		}
		switch {
		case line.Machine != nil:
			c.addMachine(*line.Machine)
		case line.Workload != "":
			c.add(line.result)
		default:
			return fmt.Errorf("%s:%d: neither a machine nor a result", name, number)
		}
	}
	return lines.Err()
}

func (c *comparison) addMachine(m machine) {
	for i := range c.machines {
		if c.machines[i].merge(m) {
			return
		}
	}
	c.machines = append(c.machines, m)
}

// size returns the numbers of rounds, operations and measurements, in words.
func (c *comparison) size() string {
	least, most, total := 0, 0, 0
	var scales []float64
	for _, rs := range c.results {
		if least == 0 || len(rs) < least {
			least = len(rs)
		}
		most = max(most, len(rs))
		total += len(rs)
		for _, r := range rs {
			if !slices.Contains(scales, r.Scale) {
				scales = append(scales, r.Scale)
			}
		}
	}
	slices.Sort(scales)
	rounds := fmt.Sprint(most)
	if least != most {
		rounds = fmt.Sprintf("%d to %d", least, most)
	}
	operations := make([]string, len(scales))
	for i, scale := range scales {
		operations[i] = fmt.Sprintf("× %g", scale)
	}
	return fmt.Sprintf("rounds: %s, operations: %s, measurements: %d", rounds, strings.Join(operations, " and "), total)
}

// isScaledDown reports whether a measurement had fewer operations than at scale 1.
func (c *comparison) isScaledDown() bool {
	for _, rs := range c.results {
		for _, r := range rs {
			if r.Scale < 1 {
				return true
			}
		}
	}
	return false
}
