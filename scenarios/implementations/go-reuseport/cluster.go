// A cluster of processes that share one port by SO_REUSEPORT: the launcher executes itself once for each worker, replaces
// workers that die, and at SIGTERM or SIGINT passes SIGTERM on to them and waits for them.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const soReusePort = 15 // linux/socket.h; the syscall package lacks it

const workerMark = "CLUSTER_WORKER=1"

var (
	workers = flag.Int("w", 1, "workers")
	port    = flag.Int("p", 3000, "port")
	host    = flag.String("b", "0.0.0.0", "address")
	version = flag.Bool("version", false, "print the version")
)

func main() {
	flag.Parse()
	switch {
	case *version:
		fmt.Println(runtime.Version())
	case os.Getenv("CLUSTER_WORKER") != "":
		serve()
	default:
		launch()
	}
}

func listen() (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soReusePort, 1)
		})
		if err != nil {
			return err
		}
		return failed
	}}
	return config.Listen(context.Background(), "tcp", fmt.Sprintf("%s:%d", *host, *port))
}

func number(r *http.Request, name string) int {
	value, _ := strconv.Atoi(r.URL.Query().Get(name))
	return value
}

func serve() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	signal.Ignore(syscall.SIGINT) // Ctrl-C reaches everybody: the launcher says what is to be done
	listener, err := listen()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := &http.Server{Handler: http.HandlerFunc(page)}
	go server.Serve(listener)
	<-ended
	server.Shutdown(context.Background())
}

func page(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/slow":
		time.Sleep(time.Duration(number(r, "ms")) * time.Millisecond)
	case "/body":
		left := number(r, "bytes")
		w.Header().Set("Content-Length", strconv.Itoa(left))
		for left > 0 {
			piece := left
			if piece > 16384 {
				piece = 16384
			}
			w.Write([]byte(strings.Repeat("x", piece)))
			if flusher, ok := w.(http.Flusher); ok {
				flusher.Flush()
			}
			left -= piece
			time.Sleep(time.Duration(number(r, "delay_ms")) * time.Millisecond)
		}
		return
	}
	fmt.Fprintln(w, "ok")
}

type ended struct {
	pid    int
	status syscall.WaitStatus
}

func launch() {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	exits := make(chan ended)
	running := map[int]*os.Process{}
	start := func() {
		worker := exec.Command("/proc/self/exe", os.Args[1:]...)
		worker.Args[0] = os.Args[0]
		worker.Env = append(os.Environ(), workerMark)
		worker.Stdout, worker.Stderr = os.Stdout, os.Stderr
		if err := worker.Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf(" > worker %d started\n", worker.Process.Pid)
		running[worker.Process.Pid] = worker.Process
		go func() {
			worker.Wait()
			exits <- ended{worker.Process.Pid, worker.ProcessState.Sys().(syscall.WaitStatus)}
		}()
	}
	for i := 0; i < *workers; i++ {
		start()
	}
	terminating := false
	for len(running) > 0 {
		select {
		case <-signals:
			if terminating {
				continue
			}
			terminating = true
			for _, process := range running {
				process.Signal(syscall.SIGTERM)
			}
		case gone := <-exits:
			delete(running, gone.pid)
			if gone.status == 0 {
				fmt.Printf(" < worker %d stopped\n", gone.pid)
			} else {
				fmt.Printf(" ! worker process %d failed with %d\n", gone.pid, int(gone.status))
			}
			if !terminating {
				start()
			}
		}
	}
}
