// LMAX Disruptor: one ring buffer each way, one producer and one consumer on each.
//
// DisruptorEcho WAIT REQUESTER_CPU RESPONDER_CPU WARMUP_NS LATENCY_NS PIPELINED_NS COUNT_MAX OUTSTANDING
//
// WAIT is busy or blocking. Prints one JSON object: p50_ns, p999_ns, count, per_second, batches_per_second.
// Exit 1: a reply was another one than expected, or a thread could not be pinned.

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import java.nio.file.Files;
import java.nio.file.Path;

public final class DisruptorEcho {
    private static final int WORDS = 8;
    private static final int SLOTS = 1024;
    private static final int LONGEST_NS = 1 << 20;  // one counter for each ns; longer ones go into the last
    private static final long LAST = -1;

    // One direction.
    private final RingBuffer<long[]> ring;
    private final SequenceBarrier barrier;
    private final Sequence consumed = new Sequence();
    private long available = -1;

    private DisruptorEcho(boolean isBusy) {
        WaitStrategy strategy = isBusy ? new BusySpinWaitStrategy() : new BlockingWaitStrategy();
        ring = RingBuffer.createSingleProducer(() -> new long[WORDS], SLOTS, strategy);
        barrier = ring.newBarrier();
        ring.addGatingSequences(consumed);
    }

    private void send(long number) {
        long sequence = ring.next();
        long[] words = ring.get(sequence);
        words[0] = number;
        for (int i = 1; i < WORDS; ++i) words[i] = number + i - 1;
        ring.publish(sequence);
    }

    // Not consumed before endReceive.
    private long[] beginReceive() throws Exception {
        long next = consumed.get() + 1;
        if (next > available) available = barrier.waitFor(next);
        return ring.get(next);
    }

    private void endReceive() {
        consumed.set(consumed.get() + 1);
    }

    private void answerTo(DisruptorEcho replies) throws Exception {
        for (;;) {
            long[] request = beginReceive();
            if (request[0] == LAST) return;
            long sequence = replies.ring.next();
            System.arraycopy(request, 0, replies.ring.get(sequence), 0, WORDS);
            endReceive();
            replies.ring.publish(sequence);
        }
    }

    private void check(long number) throws Exception {
        long[] reply = beginReceive();
        long difference = reply[0] ^ number;
        for (int i = 1; i < WORDS; ++i) difference |= reply[i] ^ (number + i - 1);
        endReceive();
        if (difference != 0) throw new IllegalStateException("another reply than expected: " + number);
    }

    private static void requestOneByOne(DisruptorEcho requests, DisruptorEcho replies, long durationNs,
                                        long countMax, long[] counters) throws Exception {
        long end = System.nanoTime() + durationNs;
        long now = 0;
        for (long number = 0; number < countMax && now < end; ++number) {
            long start = System.nanoTime();
            requests.send(number);
            replies.check(number);
            now = System.nanoTime();
            ++counters[(int) Math.min(now - start, LONGEST_NS - 1)];
        }
    }

    private static double requestPipelined(DisruptorEcho requests, DisruptorEcho replies, long durationNs,
                                           long countMax, int outstanding) throws Exception {
        long begin = System.nanoTime();
        long now = begin;
        long sent = 0;
        long received = 0;
        while (received < countMax && now - begin < durationNs) {
            while (sent - received < outstanding) requests.send(sent++);
            for (int i = 0; i < 64; ++i) {
                replies.check(received++);
                requests.send(sent++);
            }
            now = System.nanoTime();
        }
        double perSecond = received * 1e9 / (now - begin);
        while (received < sent) replies.check(received++);
        return perSecond;
    }

    // As many requests as may be under way, then as many replies, and so on.
    private static double requestInBatches(DisruptorEcho requests, DisruptorEcho replies, long durationNs,
                                           long countMax, int outstanding) throws Exception {
        long begin = System.nanoTime();
        long now = begin;
        long received = 0;
        for (long sent = 0; received < countMax && now - begin < durationNs; now = System.nanoTime()) {
            while (sent - received < outstanding) requests.send(sent++);
            while (received < sent) replies.check(received++);
        }
        return received * 1e9 / (now - begin);
    }

    private static long percentile(long[] counters, double percent) {
        long total = 0;
        for (long count : counters) total += count;
        long left = (long) Math.ceil(total * percent / 100);
        int value = 0;
        while ((left -= counters[value]) > 0) ++value;
        return value;
    }

    private static long count(long[] counters) {
        long total = 0;
        for (long each : counters) total += each;
        return total;
    }

    // Only the calling thread: those of the machine stay on all CPUs of the process.
    private static void pin(String cpu) throws Exception {
        String thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
        Process taskset = new ProcessBuilder("taskset", "-pc", cpu, thread)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        if (taskset.waitFor() != 0) throw new IllegalStateException("taskset refused CPU " + cpu);
    }

    private static void request(DisruptorEcho requests, DisruptorEcho replies, String[] arguments)
            throws Exception {
        long countMax = Long.parseLong(arguments[6]);
        int outstanding = Integer.parseInt(arguments[7]);
        long warmupNs = Long.parseLong(arguments[3]);
        requestOneByOne(requests, replies, warmupNs, countMax, new long[LONGEST_NS]);
        long[] counters = new long[LONGEST_NS];
        requestOneByOne(requests, replies, Long.parseLong(arguments[4]), countMax, counters);
        // Short: what they share with the above is compiled, and a placement may last no longer than a second.
        long shortWarmupNs = warmupNs / 4;
        requestPipelined(requests, replies, shortWarmupNs, countMax, outstanding);
        double perSecond = requestPipelined(requests, replies, Long.parseLong(arguments[5]), countMax, outstanding);
        requestInBatches(requests, replies, shortWarmupNs, countMax, outstanding);
        double batches = requestInBatches(requests, replies, Long.parseLong(arguments[5]), countMax, outstanding);
        requests.send(LAST);
        System.out.printf(java.util.Locale.ROOT,
            "{\"p50_ns\": %d, \"p999_ns\": %d, \"count\": %d, \"per_second\": %.0f, "
                + "\"batches_per_second\": %.0f}%n",
            percentile(counters, 50), percentile(counters, 99.9), count(counters), perSecond, batches);
    }

    public static void main(String[] arguments) throws Exception {
        boolean isBusy = arguments[0].equals("busy");
        DisruptorEcho requests = new DisruptorEcho(isBusy);
        DisruptorEcho replies = new DisruptorEcho(isBusy);
        Thread responder = new Thread(() -> {
            try {
                pin(arguments[2]);
                requests.answerTo(replies);
            } catch (Exception error) {
                error.printStackTrace();
                System.exit(1);
            }
        });
        responder.start();
        pin(arguments[1]);
        try {
            request(requests, replies, arguments);
        } catch (Exception error) {
            error.printStackTrace();
            System.exit(1);
        }
        responder.join();
    }
}
