// test/apps/prosa/report/hdr_tool.java: HdrHistogram's own library, for tests to compare with.
//
// read LOG PERCENTILE...   "tag percentile value" of each tag as a whole, then "tag interval count max"
// write LOG PERCENTILE...  writes a log with two tags, and prints what read would
// distribution LOG         what has no tag as a percentile distribution in microseconds
import java.io.File;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.HdrHistogram.HistogramLogWriter;

class HdrTool {
    private static final Map<String, Histogram> sums = new TreeMap<>();
    private static final List<String> intervals = new ArrayList<>();

    private static void take(Histogram interval) {
        String tag = interval.getTag() == null ? "untagged" : interval.getTag();
        Histogram sum = sums.computeIfAbsent(tag, name -> new Histogram(3));
        sum.add(interval);
        long max = interval.getTotalCount() == 0 ? 0 : interval.getMaxValue();
        intervals.add(tag + " interval " + interval.getTotalCount() + " " + max);
    }

    private static void readLog(String path) throws Exception {
        HistogramLogReader reader = new HistogramLogReader(new File(path));
        for (EncodableHistogram next = reader.nextIntervalHistogram(); next != null;
             next = reader.nextIntervalHistogram()) {
            take((Histogram) next);
        }
    }

    private static Histogram recorded(long seed, int count) {
        Random random = new Random(seed);
        Histogram histogram = new Histogram(3);
        for (int i = 0; i < count; ++i) {
            histogram.recordValue((long) Math.exp(10 + 2 * random.nextGaussian()));
        }
        return histogram;
    }

    private static void writeLog(String path) throws Exception {
        HistogramLogWriter writer = new HistogramLogWriter(path);
        long start = 1_700_000_000_000L;
        writer.outputComment("[Written by HdrHistogram]");
        writer.outputLogFormatVersion();
        writer.outputStartTime(start);
        writer.setBaseTime(start);
        writer.outputBaseTime(start);
        writer.outputLegend();
        for (int i = 0; i < 6; ++i) {
            Histogram histogram = recorded(i, 1000 * i * i);
            histogram.setStartTimeStamp(start + 1000 * i);
            histogram.setEndTimeStamp(start + 1000 * i + 1000);
            if (i % 2 == 1) histogram.setTag("odd");
            writer.outputIntervalHistogram(histogram);
            take(histogram);
        }
        writer.close();
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("write")) writeLog(arguments[1]);
        else readLog(arguments[1]);
        if (arguments[0].equals("distribution")) {
            sums.get("untagged").outputPercentileDistribution(System.out, 5, 1000.0);
            return;
        }
        for (Map.Entry<String, Histogram> each : sums.entrySet()) {
            for (int i = 2; i < arguments.length; ++i) {
                double percentile = Double.parseDouble(arguments[i]);
                System.out.println(each.getKey() + " " + arguments[i] + " "
                                   + each.getValue().getValueAtPercentile(percentile));
            }
        }
        for (String line : intervals) System.out.println(line);
    }
}
