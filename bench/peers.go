package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// sources are the sources of the peers. They are part of this executable, so that it can
// build the peers in any directory.
//
//go:embed peers
var sources embed.FS

// A peer is a program in another language.
type peer struct {
	name    string
	tool    string   // builds it
	install string   // how to install tool
	dirs    []string // of its sources
	product string   // the file that build makes, below its target directory
	build   func(sources, target string) []*exec.Cmd
	command func(product string, do order, args []string) *exec.Cmd
	version func() string
}

var peerList = []peer{
	{
		name: "tokio", tool: "cargo", install: "apt-get install cargo, or rustup",
		dirs: []string{"peers/common", "peers/tokio"}, product: "release/tokio-peer", build: cargo("tokio"),
		command: func(product string, _ order, args []string) *exec.Cmd { return exec.Command(product, args...) },
		version: locked("tokio"),
	},
	{
		name: "smol", tool: "cargo", install: "apt-get install cargo, or rustup",
		dirs: []string{"peers/common", "peers/smol"}, product: "release/smol-peer", build: cargo("smol"),
		command: func(product string, do order, args []string) *exec.Cmd {
			cmd := exec.Command(product, args...)
			cmd.Env = append(os.Environ(), fmt.Sprintf("SMOL_THREADS=%d", do.Workers))
			return cmd
		},
		version: locked("smol"),
	},
	{
		name: "erlang", tool: "erlc", install: "apt-get install erlang-base",
		dirs: []string{"peers/erlang"}, product: "edobench.beam",
		build: func(sources, target string) []*exec.Cmd {
			return []*exec.Cmd{exec.Command("erlc", "-o", target, filepath.Join(sources, "peers/erlang/edobench.erl"))}
		},
		command: func(product string, do order, args []string) *exec.Cmd {
			schedulers := fmt.Sprintf("%d:%d", do.Workers, do.Workers)
			cmd := exec.Command("erl", slices.Concat([]string{
				"-noshell", "+P", "4000000", "+S", schedulers,
				"-pa", filepath.Dir(product), "-s", "edobench", "main", "-extra",
			}, args)...)
			cmd.Env = append(os.Environ(), "ERL_CRASH_DUMP="+os.DevNull)
			return cmd
		},
		version: func() string {
			return "OTP " + firstLineOf("erl", "-noshell", "-eval", "io:put_chars(erlang:system_info(otp_release)), halt().")
		},
	},
}

// cargo returns the commands that build a Rust package.
func cargo(name string) func(sources, target string) []*exec.Cmd {
	return func(sources, target string) []*exec.Cmd {
		return []*exec.Cmd{exec.Command("cargo", "build", "--quiet", "--release", "--locked",
			"--manifest-path", filepath.Join(sources, "peers", name, "Cargo.toml"), "--target-dir", target)}
	}
}

// locked returns a function that returns the version in a package's Cargo.lock and the
// version of the compiler.
func locked(name string) func() string {
	return func() string {
		text, _ := sources.ReadFile("peers/" + name + "/Cargo.lock")
		_, after, _ := strings.Cut(string(text), "name = \""+name+"\"\nversion = \"")
		version, _, _ := strings.Cut(after, "\"")
		compiler := strings.Fields(firstLineOf("rustc", "--version") + " ? ?")
		return version + ", " + compiler[0] + " " + compiler[1]
	}
}

// firstLineOf returns the first line that a command prints, or "" when it fails.
func firstLineOf(name string, args ...string) string {
	text, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

// peerPrograms are the peers that can run on this machine.
type peerPrograms struct {
	products map[string]string // by name
	versions map[string]string
	compiled string // this program's straight-line source, compiled; empty: not built
	cleanups []func()
	failed   error // of builds that failed although the tool is installed
}

// canRun reports whether the program of v, if v needs one, is built.
func (p *peerPrograms) canRun(v variant) bool {
	if v.style == inCompiled {
		return p.compiled != ""
	}
	return v.program == "" || p.products[v.program] != ""
}

// command returns a function that makes the command of v for the workload w. The process
// ends with ctx.
func (p *peerPrograms) command(v variant, w workload, do order) func(context.Context) *exec.Cmd {
	return func(ctx context.Context) *exec.Cmd {
		i := slices.IndexFunc(peerList, func(one peer) bool { return one.name == v.program })
		plain := peerList[i].command(p.products[v.program], do, []string{
			"flavour=" + v.flavour,
			"workload=" + w.peerName(),
			"workers=" + strconv.Itoa(do.Workers),
			"producers=" + strconv.Itoa(w.producers),
			"n=" + strconv.Itoa(do.N),
			"passes=" + strconv.Itoa(do.Passes),
			"ahead=" + strconv.Itoa(do.Ahead),
			"spread=" + strconv.Itoa(do.Spread),
		})
		cmd := exec.CommandContext(ctx, plain.Path, plain.Args[1:]...)
		cmd.Env = plain.Env
		return cmd
	}
}

// close removes what was built for this run alone.
func (p *peerPrograms) close() {
	for _, clean := range p.cleanups {
		clean()
	}
}

// preparePeers finds or builds the programs that o names. It prints on out which programs
// are missing, and how to get them.
func preparePeers(ctx context.Context, o *options, out io.Writer) *peerPrograms {
	p := &peerPrograms{products: make(map[string]string), versions: make(map[string]string)}
	for _, one := range peerList {
		if !slices.Contains(o.members, one.name) || !o.build && !one.isNeeded(o) {
			continue
		}
		if _, err := exec.LookPath(one.tool); err != nil {
			fmt.Fprintf(out, "bench: %s is left out: there is no %s (%s)\n", one.name, one.tool, one.install)
			continue
		}
		dir, err := one.cacheDir()
		if err == nil {
			product := filepath.Join(dir, one.product)
			if _, missing := os.Stat(product); missing != nil {
				if o.onlyBuilt {
					fmt.Fprintf(out, "bench: %s is left out, since it is not built yet: go run ./bench -build does so\n", one.name)
					continue
				}
				fmt.Fprintf(out, "bench: building %s\n", one.name)
				err = one.buildInto(ctx, dir)
			}
			if err == nil {
				p.products[one.name], p.versions[one.name] = product, one.version()
				continue
			}
		}
		fmt.Fprintf(out, "bench: %s is left out: %v\n", one.name, err)
		p.failed = errors.Join(p.failed, err)
	}
	if err := p.prepareCompiled(ctx, o); err != nil {
		fmt.Fprintf(out, "bench: %s is left out: %v\n", inCompiled, err)
		p.failed = errors.Join(p.failed, err)
	}
	return p
}

// isNeeded reports whether p is a variant of a workload that is to be measured.
func (p peer) isNeeded(o *options) bool {
	return o.names(func(v variant) bool { return v.program == p.name })
}

// cacheDir returns the directory for the product of the current sources and the current
// tool. It need not exist.
func (p peer) cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	sum := sha256.New()
	for _, dir := range p.dirs {
		err := fs.WalkDir(sources, dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := sources.ReadFile(path)
			fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	io.WriteString(sum, p.version())
	return filepath.Join(base, "edo-bench", fmt.Sprintf("%s-%x", p.name, sum.Sum(nil)[:8])), nil
}

// buildInto builds the peer in a temporary directory, and renames the complete product to
// dir.
func (p peer) buildInto(ctx context.Context, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), p.name+"-building-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	copied, target, done := filepath.Join(work, "sources"), filepath.Join(work, "target"), filepath.Join(work, "done")
	for _, from := range p.dirs {
		below, err := fs.Sub(sources, from)
		if err != nil {
			return err
		}
		if err := os.CopyFS(filepath.Join(copied, from), below); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	for _, plain := range p.build(copied, target) {
		cmd := exec.CommandContext(ctx, plain.Path, plain.Args[1:]...)
		var text bytes.Buffer
		cmd.Stdout, cmd.Stderr = &text, &text
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w\n%s", plain.Args[0], err, text.Bytes()[:min(text.Len(), 4000)])
		}
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Join(done, p.product)), 0o755); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(target, p.product), filepath.Join(done, p.product)); err != nil {
		return err
	}
	if err := os.Rename(done, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
