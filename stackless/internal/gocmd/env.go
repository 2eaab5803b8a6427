package gocmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/version"
	"os/exec"
	"strings"
)

// Oldest is the oldest Go that edo can be built with.
const Oldest = "go1.26"

// An Env is what go env says of the tool chain and the build.
type Env struct {
	GOVERSION    string
	GOOS         string
	GOARCH       string
	GOFLAGS      string
	GOMODCACHE   string
	GOEXPERIMENT string
}

// ReadEnv asks the go command. The tool chain depends on the directory: go.mod may ask for another one.
func ReadEnv(command string, args []string) (*Env, error) {
	ask := []string{"env"}
	if l := Parse(command, args, ""); l.dir != nil {
		ask = append(ask, l.dir...)
	}
	ask = append(ask, "-json", "GOVERSION", "GOOS", "GOARCH", "GOFLAGS", "GOMODCACHE", "GOEXPERIMENT")
	cmd := exec.Command("go", ask...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(errs.String()); text != "" {
			return nil, fmt.Errorf("go env: %s", text)
		}
		return nil, err
	}
	e := new(Env)
	if err := json.Unmarshal(out.Bytes(), e); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	return e, nil
}

// Unusable says why the tool chain cannot be used, or is empty. The compiler of direct style reads export data with the
// library of the Go that it was built with, so that it knows no later language than that.
func (e *Env) Unusable(built string) string {
	have := language(e.GOVERSION)
	switch {
	case have == "":
		return "" // a version under development
	case version.Compare(have, Oldest) < 0:
		return fmt.Sprintf("the tool chain is %s, and edo needs %s or later", e.GOVERSION, Oldest)
	case language(built) != "" && version.Compare(have, language(built)) > 0:
		return fmt.Sprintf("the tool chain is %s, and this edo command was built with %s: build it again", e.GOVERSION, built)
	}
	return ""
}

// language is the language version of a tool chain such as "go1.26.8" or "go1.26.8 X:nosomething", or empty.
func language(goversion string) string {
	first, _, _ := strings.Cut(goversion, " ")
	return version.Lang(first)
}
