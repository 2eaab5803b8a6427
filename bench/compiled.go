package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// inCompiled is the style of the compiled program: this program's straight-line source,
// unchanged, built by edo build. Its name in -peers is the same.
const inCompiled = "compiled"

// buildCompiled builds the compiled program into dir, and returns its path. It needs the
// sources of this module and of the command edo, in one workspace.
func buildCompiled(ctx context.Context, dir string) (product string, err error) {
	here, err := moduleDir(ctx, "github.com/edo-go/edo/bench")
	if err != nil {
		return "", err
	}
	command, err := moduleDir(ctx, "github.com/edo-go/edo/cmd/edo")
	if err != nil {
		return "", err
	}
	product = filepath.Join(dir, "bench-compiled")
	edo := filepath.Join(dir, "edo")
	if err := runIn(ctx, command, "go", "build", "-o", edo, "."); err != nil {
		return "", err
	}
	return product, runIn(ctx, here, edo, "build", "-o", product, ".")
}

// moduleDir returns the directory of a module of the workspace.
func moduleDir(ctx context.Context, module string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		return "", errors.New("there is no " + module + " here: run in the repository of edo")
	}
	return dir, nil
}

// runIn runs a command in dir. Its output is part of the error if it fails.
func runIn(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, text.Bytes()[:min(text.Len(), 4000)])
	}
	return nil
}

// prepareCompiled builds the compiled program, if o asks for it. The go command keeps what it
// has built, so a second time takes a second.
func (p *peerPrograms) prepareCompiled(ctx context.Context, o *options) error {
	if !o.names(func(v variant) bool { return v.style == inCompiled }) {
		return nil
	}
	dir, err := os.MkdirTemp("", "edo-bench-")
	if err != nil {
		return err
	}
	p.cleanups = append(p.cleanups, func() { os.RemoveAll(dir) })
	p.compiled, err = buildCompiled(ctx, dir)
	if err != nil {
		p.compiled = ""
	}
	return err
}

// names reports whether o names a variant that is meant.
func (o *options) names(isMeant func(variant) bool) bool {
	for _, w := range workloads {
		for _, v := range w.variants {
			if isMeant(v) && o.compares(v) && o.only.MatchString(v.name(w)) {
				return true
			}
		}
	}
	return false
}
