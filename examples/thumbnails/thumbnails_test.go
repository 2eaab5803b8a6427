package main

import (
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

func TestAPixelIsTheMeanOfThoseThatItStandsFor(t *testing.T) {
	m := image.NewGray(image.Rect(5, 5, 9, 7)) // two squares of two pixels
	for i, level := range []uint8{0, 100, 40, 40, 200, 100, 40, 40} {
		m.SetGray(5+i%4, 5+i/4, color.Gray{level})
	}
	small := shrink(m, 2)
	if b := small.Bounds(); b.Dx() != 2 || b.Dy() != 1 {
		t.Fatalf("it is %v", b)
	}
	for x, want := range []uint8{100, 40} {
		if r, _, _, a := small.At(x, 0).RGBA(); uint8(r>>8) != want || a != 0xffff {
			t.Errorf("pixel %d is %d, want %d", x, r>>8, want)
		}
	}
}

func TestTheShapeIsKept(t *testing.T) {
	for _, c := range []struct{ w, h, size, wantW, wantH int }{
		{960, 640, 128, 128, 85}, {640, 960, 128, 85, 128}, {100, 50, 128, 100, 50}, {1, 5000, 10, 1, 10}, {128, 128, 128, 128, 128},
	} {
		if b := shrink(image.NewRGBA(image.Rect(0, 0, c.w, c.h)), c.size).Bounds(); b.Dx() != c.wantW || b.Dy() != c.wantH {
			t.Errorf("%+v: %v", c, b)
		}
	}
}

func TestEveryPictureHasItsThumbnailAlthoughAProcessIsKilled(t *testing.T) {
	to := t.TempDir()
	stdout, stderr, code := trial.Start(t, "-pictures", "60", "-size", "32", "-to", to).Wait()
	if code != 0 { // on a busy machine a process tells that its broker is away
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	for _, part := range []string{"60 pictures are made\n", " was killed\n", "54 of 60\n", " thumbnails  killed\n", "60 of 60 thumbnails are there, after "} {
		if !strings.Contains(stdout, part) {
			t.Errorf("the output has no %q:\n%s", part, stdout)
		}
	}
	if n := strings.Count(stdout, " works\n"); n != 6 {
		t.Errorf("%d processes work, want 6:\n%s", n, stdout)
	}
	names, err := picturesIn(to)
	if err != nil || len(names) != 60 {
		t.Errorf("%d thumbnails, %v", len(names), err)
	}
	for _, name := range names {
		m, err := load(filepath.Join(to, name))
		if err != nil || m.Bounds().Dx() != 32 {
			t.Errorf("%s: %v", name, err)
		}
	}
	all, _ := os.ReadDir(to) // the killed process may have left one
	if len(all) > 61 {
		t.Errorf("%d files are there", len(all))
	}
}

func TestAFileThatIsNoPictureHoldsUpNoOther(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	err := errors.Join(
		save(paint(1), filepath.Join(from, "a.jpg")), save(paint(2), filepath.Join(from, "b.JPEG")),
		os.WriteFile(filepath.Join(from, "c.png"), []byte("no picture"), 0o600), os.WriteFile(filepath.Join(from, "d.txt"), []byte("d"), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := trial.Start(t, "-from", from, "-to", to, "-workers", "2", "-calm").Wait()
	if code != 1 || !strings.Contains(stderr, "1 pictures have no thumbnail") || !strings.Contains(stdout, "2 of 3 thumbnails are there") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if stdout, stderr, code := trial.Start(t, "-from", t.TempDir()).Wait(); code != 1 || !strings.Contains(stderr, "there are no JPEG or PNG files") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
}
