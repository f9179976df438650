package dev.krait.bench.flink;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.LogicalType;

/** {@code 'connector' = 'meter'}: {@link MeterSource} and {@link MeterSink} as tables of one column. */
public final class MeterTables implements DynamicTableSourceFactory, DynamicTableSinkFactory {
    private static final ConfigOption<String> METER = ConfigOptions.key("meter").stringType().noDefaultValue();
    private static final ConfigOption<Integer> FAN_OUT = ConfigOptions.key("fan-out").intType().defaultValue(1);
    private static final ConfigOption<String> FILE = ConfigOptions.key("file").stringType().noDefaultValue();
    private static final ConfigOption<Integer> KEPT = ConfigOptions.key("kept").intType().defaultValue(0);

    @Override
    public String factoryIdentifier() {
        return "meter";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(METER);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(FAN_OUT, FILE, KEPT);
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        ReadableConfig options = options(context);
        return new Input(SourceProvider.of(
            MeterSource.table(options.get(METER), options.get(FAN_OUT), options.get(FILE))));
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        ReadableConfig options = options(context);
        LogicalType type = context.getPhysicalRowDataType().getLogicalType().getChildren().get(0);
        return new Output(SinkV2Provider.of(MeterSink.table(
            options.get(METER), options.get(FAN_OUT), options.get(FILE), options.get(KEPT), type)));
    }

    private ReadableConfig options(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        return helper.getOptions();
    }

    private static final class Input implements ScanTableSource {
        private final SourceProvider provider;

        Input(SourceProvider provider) {
            this.provider = provider;
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            return provider;
        }

        @Override
        public DynamicTableSource copy() {
            return new Input(provider);
        }

        @Override
        public String asSummaryString() {
            return "meter";
        }
    }

    private static final class Output implements DynamicTableSink {
        private final SinkV2Provider provider;

        Output(SinkV2Provider provider) {
            this.provider = provider;
        }

        @Override
        public ChangelogMode getChangelogMode(ChangelogMode requested) {
            return ChangelogMode.insertOnly();
        }

        @Override
        public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
            return provider;
        }

        @Override
        public DynamicTableSink copy() {
            return new Output(provider);
        }

        @Override
        public String asSummaryString() {
            return "meter";
        }
    }
}
