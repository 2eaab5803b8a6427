// Command edovet runs the analyzers of edo. It is a tool of go vet,
//
//	go vet -vettool=$(which edovet) ./...
//
// and calls go vet in this way itself when it is called with packages:
//
//	edovet ./...
//	edovet -fix ./...
//
// Flags choose analyzers, as for go vet: -taskuse runs that one alone, -taskuse=false all others. edovet help lists
// them, edovet help taskuse tells of one.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/edo-go/edo/vet"
)

func main() {
	if args := os.Args[1:]; !isTool(args) {
		os.Exit(run(args))
	}
	if skipStandard(os.Args[len(os.Args)-1]) {
		return
	}
	unitchecker.Main(vet.Analyzers()...)
}

// hasTypes says that the files which go vet passes from package to package have the types as well as the facts: newer
// versions of golang.org/x/tools write them so.
var _, hasTypes = reflect.TypeFor[unitchecker.Config]().FieldByName("Module")

// skipStandard writes empty facts for a package of the standard library that is only to be looked at for its facts: there
// are none, and most of the time would be spent on it. It reports whether it has done so.
func skipStandard(name string) bool {
	if hasTypes {
		return false
	}
	text, err := os.ReadFile(name)
	if err != nil || !strings.HasSuffix(name, ".cfg") {
		return false
	}
	var unit unitchecker.Config
	if json.Unmarshal(text, &unit) != nil || !unit.VetxOnly || unit.VetxOutput == "" || !vet.IsStandard(unit.ImportPath, unit.ModulePath) {
		return false
	}
	return os.WriteFile(unit.VetxOutput, nil, 0o666) == nil
}

// isTool reports whether the arguments are those with which go vet calls its tool, or a request for help.
func isTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	last := args[len(args)-1]
	return args[0] == "help" || strings.HasSuffix(last, ".cfg") || slices.Contains(args, "-flags") ||
		slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "-V") })
}

// run calls go vet with this program as its tool, and returns the exit status.
func run(args []string) int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintf(os.Stderr, "edovet: cannot find its own file, which go vet is to run: %v\n", err)
		return 1
	}
	cmd := exec.Command("go", append([]string{"vet", "-vettool=" + self}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "edovet: %v\n", err)
		return 1
	}
	return 0
}
