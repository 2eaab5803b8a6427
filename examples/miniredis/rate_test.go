package main

import (
	"encoding/csv"
	"flag"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var rateRounds = flag.Int("rate", 0, "rounds of redis-benchmark in which the rates of miniredis and redis-server are compared")

// The rates of both servers, in rounds in which they take turns. Nothing is required of them: the
// machine may have other work.
func TestTheRateBesideThatOfRedis(t *testing.T) {
	if *rateRounds == 0 {
		t.Skip("asked for by -rate 3")
	}
	path := redisTool(t, "redis-benchmark", "redis-tools")
	servers := map[string]string{"miniredis": startMini(t), "redis-server": startReal(t)}
	for _, options := range []string{"-P 1 -n 100000", "-P 16 -n 1000000"} {
		rates := map[string][]float64{} // by server and command
		for range *rateRounds {
			for name, sock := range servers {
				for command, rate := range ratesOf(t, path, sock, strings.Fields(options)) {
					rates[name+" "+command] = append(rates[name+" "+command], rate)
				}
			}
		}
		for _, command := range []string{"SET", "GET"} {
			mini, real := median(rates["miniredis "+command]), median(rates["redis-server "+command])
			t.Logf("%s %s: miniredis %.0f/s, redis-server %.0f/s, ratio %.2f", command, options, mini, real, mini/real)
		}
	}
}

// ratesOf returns the requests a second by command, of 50 clients.
func ratesOf(t *testing.T, path, sock string, options []string) map[string]float64 {
	t.Helper()
	out, err := exec.Command(path, append([]string{"-s", sock, "-c", "50", "-r", "100000", "-t", "set,get", "--csv"}, options...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v in\n%s", err, out)
	}
	rates := map[string]float64{}
	for _, row := range rows[1:] { // the first has the names of the columns
		rate, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		rates[row[0]] = rate
	}
	return rates
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
