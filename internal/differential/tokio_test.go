package differential

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// The program that plays scripts on Tokio.
//
//go:embed tokio/Cargo.toml tokio/src
var sources embed.FS

var errNotBuilt = errors.New("the side of Tokio is not built")

// placeOfTokio returns the directory of this version of the program, below the user's cache.
func placeOfTokio() (dir, program string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", "", err
	}
	sum := sha256.New()
	err = fs.WalkDir(sources, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := sources.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n", path, len(text))
		sum.Write(text)
		return err
	})
	dir = filepath.Join(cache, "edo-differential", fmt.Sprintf("%.16x", sum.Sum(nil)))
	return dir, filepath.Join(dir, "target", "release", "tokio-side"), err
}

// buildTokio builds the program with cargo, which fetches the crates, unless it is there.
func buildTokio() error {
	dir, program, err := placeOfTokio()
	if err != nil {
		return err
	}
	if _, err := os.Stat(program); err == nil {
		return nil
	}
	if _, err := exec.LookPath("cargo"); err != nil {
		return fmt.Errorf("%w: %w", errNotBuilt, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.CopyFS(dir, sources); err != nil {
		return err
	}
	cmd := exec.Command("cargo", "build", "--quiet", "--release", "--target-dir", filepath.Join(dir, "target"))
	cmd.Dir = filepath.Join(dir, "tokio")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %w\n%s", errNotBuilt, err, out)
	}
	return nil
}

// process plays scripts on Tokio.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startTokio starts the program, if it is built.
func startTokio() (*process, error) {
	_, program, err := placeOfTokio()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(program); err != nil {
		return nil, errNotBuilt
	}
	p := &process{cmd: exec.Command(program)}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

// play plays the scripts, and returns the outcomes of each.
func (p *process) play(list []*script) ([][]string, error) {
	written := make(chan error, 1)
	go func() {
		w := bufio.NewWriter(p.in)
		for _, s := range list {
			fmt.Fprintln(w, s)
		}
		fmt.Fprintln(w)
		written <- w.Flush()
	}()
	outcomes := make([][]string, len(list))
	for i, s := range list {
		line, err := p.out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("the side of Tokio has ended at %s: %w", s, err)
		}
		outcomes[i] = parseOutcomes(line)
	}
	return outcomes, <-written
}

// close ends the program.
func (p *process) close() error {
	p.in.Close()
	return p.cmd.Wait()
}
