// SPDX-License-Identifier: Apache-2.0

// An ordinary net/http server that logs who asks. Started with an address, it first prints which protocol its listener is.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"syscall"
)

const soProtocol = 38

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	raw, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		log.Fatal(err)
	}
	err = raw.Control(func(number uintptr) {
		protocol, err := syscall.GetsockoptInt(int(number), syscall.SOL_SOCKET, soProtocol)
		fmt.Println("ready", protocol, err)
	})
	if err != nil {
		log.Fatal(err)
	}
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	log.Fatal(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Println(r.RemoteAddr)
		fmt.Fprintln(w, r.RemoteAddr)
	})))
}
