import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringSerializer;

/** Fills topics with Kafka's own client: java -cp JARS KafkaProduce.java BROKER SCENARIO TOPIC. */
public class KafkaProduce {
  static String broker;

  static KafkaProducer<String, String> producer(Map<String, String> more) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", broker);
    properties.put("linger.ms", "50");
    properties.putAll(more);
    return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }

  static String value(String key) {
    return "{\"text\":\"message " + key + " " + "of some length ".repeat(10) + "\"}";
  }

  static void create(String topic, int partitions, Map<String, String> configs) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) broker))) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
    }
  }

  static void send(KafkaProducer<String, String> producer, String topic, String prefix, int from, int to) {
    for (int index = from; index < to; index++) producer.send(new ProducerRecord<>(topic, prefix + index, value(prefix + index)));
  }

  public static void main(String[] args) throws Exception {
    broker = args[0];
    String topic = args[2];
    switch (args[1]) {
      // 200 messages by each codec, over three partitions.
      case "compressed" -> {
        create(topic, 3, Map.of());
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd"))
          try (var producer = producer(Map.of("compression.type", codec))) {
            send(producer, topic, codec + "-", 0, 200);
          }
      }
      // Of one producer: aborted, committed, aborted twice, one of them larger than a fetch, committed; then left open.
      case "transactions" -> {
        create(topic, 1, Map.of());
        var producer = producer(Map.of("transactional.id", topic, "batch.size", "65536"));
        producer.initTransactions();
        int sent = 0;
        for (String outcome : List.of("abort", "commit", "abort", "abort-large", "commit", "abort", "commit")) {
          producer.beginTransaction();
          int count = outcome.equals("abort-large") ? 40_000 : 50;
          send(producer, topic, outcome + "-", sent, sent + count);
          producer.flush();
          sent += count;
          if (outcome.equals("commit")) producer.commitTransaction();
          else producer.abortTransaction();
        }
        producer.beginTransaction();
        send(producer, topic, "open-", 0, 10);
        producer.flush();
        Runtime.getRuntime().halt(0);
      }
      // Headers, tombstones, what is no JSON, no key.
      case "odd" -> {
        create(topic, 1, Map.of());
        try (var producer = producer(Map.of())) {
          List<Header> headers = List.of(
              new RecordHeader("origin", "café".getBytes(StandardCharsets.UTF_8)),
              new RecordHeader("hop", "a".getBytes(StandardCharsets.UTF_8)),
              new RecordHeader("hop", "b".getBytes(StandardCharsets.UTF_8)));
          producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_000L, "k1", "{\"text\":\"fine\"}", headers));
          producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_001L, "k2", null, List.of()));
          producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_002L, "k3", "{not json", List.of()));
          producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_003L, null, "[1, 2]", List.of()));
          producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_004L, null, "[".repeat(200_000) + "]".repeat(200_000), List.of()));
          producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_005L, null, "{\"text\":\"last\",\"key\":\"own\"}", List.of()));
        }
      }
      default -> throw new IllegalArgumentException(args[1]);
    }
  }
}
