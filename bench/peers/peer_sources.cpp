// Who is there is the build's decision: PROSA_PEER_* is defined where the package was found.
#include "bench/peers/peer.hpp"

namespace prosa::bench {
namespace {

using Rows = std::vector<PeerRow> (*)();

#ifdef PROSA_PEER_ASIO
constexpr Rows asio = asio_rows;
#else
constexpr Rows asio = nullptr;
#endif
#ifdef PROSA_PEER_CAF
constexpr Rows caf = caf_rows;
#else
constexpr Rows caf = nullptr;
#endif
#ifdef PROSA_PEER_ZEROMQ
constexpr Rows zeromq = zeromq_rows;
#else
constexpr Rows zeromq = nullptr;
#endif
#ifdef PROSA_PEER_NNG
constexpr Rows nng = nng_rows;
#else
constexpr Rows nng = nullptr;
#endif
#ifdef PROSA_PEER_DISRUPTOR
constexpr Rows disruptor = disruptor_rows;
#else
constexpr Rows disruptor = nullptr;
#endif
#ifdef PROSA_PEER_READER_WRITER
constexpr Rows reader_writer = reader_writer_rows;
#else
constexpr Rows reader_writer = nullptr;
#endif

}  // namespace

// Those that figures compare stand beside ours, so that they are measured shortly after it.
std::vector<PeerSource> peer_sources() {
    return {{"limits", "", limit_rows},
            {"ProSA", "", prosa_rows},
            {"Boost.Asio", "libboost-dev", asio},
            {"CAF", "libcaf-dev", caf},
            {"ZeroMQ", "libzmq3-dev", zeromq},
            {"nng", "libnng-dev", nng},
            {"LMAX Disruptor", "libdisruptor-java and default-jdk-headless", disruptor},
            {"moodycamel", "", moodycamel_rows},
            {"ReaderWriterQueue", "libreaderwriterqueue-dev", reader_writer},
            {"eventfd", "", event_fd_rows},
            {"futex", "", futex_rows},
            {"Unix socket", "", unix_socket_rows}};
}

}  // namespace prosa::bench
